/**
 * Bicep (https://learn.microsoft.com/azure/azure-resource-manager/bicep/file), both .bicep and .bicepparam.
 *
 * Written for speed: no GLR conflicts, one token for each whole string piece, and newlines that
 * reach the grammar only where they end something. The external scanner decides that: a newline
 * before a closing bracket, a comma, or an operator that can't begin an item is plain white space.
 *
 * Nothing in Bicep is a reserved word apart from `true`, `false` and `null`: every other keyword is
 * extracted from `identifier`, so it is one only where the grammar expects it.
 */

const PREC = {
	lambda: 1,
	ternary: 2,
	coalesce: 3,
	or: 4,
	and: 5,
	equality: 6,
	relational: 7,
	additive: 8,
	multiplicative: 9,
	unary: 10,
	postfix: 11,
};

const STRING_BODY = /([^'\\\r\n$]|\\[^\r\n]|\$+[^'{\\\r\n$]|\$+\\[^\r\n])*/;

/** Items parted by newlines or commas, with a comma allowed at the end. */
function items($, item) {
	return optional(seq(item, repeat(seq($._separator, item)), optional($._separator)));
}

/** Items parted by commas only. Newlines between them are white space. */
function list(item) {
	return seq(item, repeat(seq(',', item)));
}

module.exports = grammar({
	name: 'bicep',

	word: $ => $.identifier,

	externals: $ => [
		$._newline,
		$.multiline_complete,
		$.multiline_start,
		$.multiline_middle,
		$.multiline_end,
		$._error_sentinel,
	],

	extras: $ => [
		/[ \t\r\n\f\v\u00A0\u2000-\u200A\u3000\uFEFF]/,
		$.comment,
		$.directive,
	],

	supertypes: $ => [],

	inline: $ => [$._statement, $._name, $._body, $._string],

	rules: {
		source_file: $ => optional(seq($._statement, repeat(seq($._newline, $._statement)),
			optional($._newline))),

		_statement: $ => choice(
			$.target_scope,
			$.metadata,
			$.parameter,
			$.variable,
			$.resource,
			$.module,
			$.output,
			$.type_definition,
			$.function,
			$.import,
			$.extension,
			$.extension_config,
			$.using,
			$.extends,
			$.assert,
			$.test,
		),

		_decorators: $ => repeat1($.decorator),

		decorator: $ => seq('@', field('name', $._decorator_name), $.arguments),

		_decorator_name: $ => choice(
			$.identifier,
			alias($._decorator_member, $.member),
		),

		_decorator_member: $ => seq(
			field('object', $._decorator_name), '.', field('name', $.identifier)),

		target_scope: $ => seq(optional($._decorators),
			'targetScope', '=', field('value', $._expression)),

		metadata: $ => seq(optional($._decorators),
			'metadata', field('name', $.identifier), '=', field('value', $._expression)),

		parameter: $ => seq(optional($._decorators),
			'param', field('name', $.identifier), $._typed),

		variable: $ => seq(optional($._decorators),
			'var', field('name', $.identifier), optional(field('type', $._type)),
			'=', field('value', $._expression)),

		// A type, a value or both: `param a string`, `param a string = 'x'`, and `param a = 'x'` in .bicepparam.
		_typed: $ => choice(
			seq(field('type', $._type), optional(seq('=', field('value', $._expression)))),
			seq('=', field('value', $._expression)),
		),

		resource: $ => seq(optional($._decorators),
			'resource', field('name', $.identifier), field('kind', $._string),
			optional($.existing), '=', field('body', $._body)),

		existing: _ => 'existing',

		module: $ => seq(optional($._decorators),
			'module', field('name', $.identifier), field('source', $._string),
			'=', field('body', $._body)),

		output: $ => seq(optional($._decorators),
			'output', field('name', $.identifier), field('type', $._type),
			'=', field('value', $._expression)),

		type_definition: $ => seq(optional($._decorators),
			'type', field('name', $.identifier), '=', field('value', $._type)),

		function: $ => seq(optional($._decorators),
			'func', field('name', $.identifier), '(', optional(seq(list($.function_parameter), optional(','))), ')',
			field('type', $._type), '=>', field('body', $._expression)),

		function_parameter: $ => seq(field('name', $.identifier), field('type', $._type)),

		import: $ => seq(optional($._decorators), 'import', choice(
			seq(choice($.import_all, $.import_list), 'from', field('source', $._string)),
			seq(field('source', $._string), optional($._with), optional($._as)),
		)),

		import_all: $ => seq('*', $._as),

		import_list: $ => seq('{', items($, $.import_item), '}'),

		import_item: $ => seq(field('name', choice($.identifier, $._string)), optional($._as)),

		_as: $ => seq('as', field('alias', $.identifier)),

		_with: $ => seq('with', field('config', $._expression)),

		extension: $ => seq(optional($._decorators), choice('extension', 'provider'),
			field('source', choice($.identifier, $._string)), optional($._with), optional($._as)),

		extension_config: $ => seq(optional($._decorators),
			'extensionConfig', field('name', $.identifier), optional($._with)),

		using: $ => seq(optional($._decorators),
			'using', field('source', choice($._string, $.identifier)), optional($._with)),

		extends: $ => seq(optional($._decorators), 'extends', field('source', $._string)),

		assert: $ => seq(optional($._decorators),
			'assert', field('name', $.identifier), '=', field('value', $._expression)),

		test: $ => seq(optional($._decorators),
			'test', field('name', $.identifier), field('source', $._string),
			'=', field('body', $._body)),

		_body: $ => choice($._expression, $.if),

		if: $ => seq('if', field('condition', $.parenthesized), field('body', $.object)),

		// Expressions

		_expression: $ => choice(
			$.binary,
			$.unary,
			$.ternary,
			$.lambda,
			$._primary,
		),

		_primary: $ => choice(
			$.identifier,
			$.number,
			$.boolean,
			$.null,
			$._string,
			$.object,
			$.array,
			$.for,
			$.parenthesized,
			$.call,
			$.member,
			$.nested,
			$.index,
			$.non_null,
		),

		binary: $ => choice(...[
			['??', PREC.coalesce],
			['||', PREC.or],
			['&&', PREC.and],
			['==', PREC.equality],
			['!=', PREC.equality],
			['=~', PREC.equality],
			['!~', PREC.equality],
			['<', PREC.relational],
			['<=', PREC.relational],
			['>', PREC.relational],
			['>=', PREC.relational],
			['+', PREC.additive],
			['-', PREC.additive],
			['*', PREC.multiplicative],
			['/', PREC.multiplicative],
			['%', PREC.multiplicative],
		].map(([operator, precedence]) => prec.left(precedence, seq(
			field('left', $._expression),
			field('operator', operator),
			field('right', $._expression),
		)))),

		unary: $ => prec(PREC.unary, seq(
			field('operator', choice('!', '-', '+')), field('operand', $._expression))),

		ternary: $ => prec.right(PREC.ternary, seq(
			field('condition', $._expression), '?', field('then', $._expression),
			':', field('else', $._expression))),

		// One token ahead can't tell `(a)` from the head of `(a) => b`, so the head is a `parenthesized`
		// and whoever reads the tree checks that it holds names only, or exactly one value.
		lambda: $ => prec.right(PREC.lambda, seq(
			field('parameters', choice($.identifier, $.parenthesized)),
			'=>', field('body', $._expression))),

		parenthesized: $ => seq('(', optional(seq(list($._expression), optional(','))), ')'),

		arguments: $ => seq('(', optional(seq(list($._expression), optional(','))), ')'),

		call: $ => prec(PREC.postfix, choice(
			seq(field('function', $.identifier), $.arguments),
			seq(field('function', $.member), $.arguments),
			seq(field('function', $.nested), $.arguments),
		)),

		member: $ => prec(PREC.postfix, seq(
			field('object', $._primary), choice('.', $.safe_dot), field('name', $.identifier))),

		safe_dot: _ => '.?',

		nested: $ => prec(PREC.postfix, seq(
			field('object', $._primary), '::', field('name', $.identifier))),

		index: $ => prec(PREC.postfix, seq(
			field('object', $._primary), '[', optional($.safe), optional($.from_end),
			field('index', $._expression), ']')),

		safe: _ => '?',

		from_end: _ => '^',

		non_null: $ => prec(PREC.postfix, seq(field('operand', $._primary), '!')),

		array: $ => seq('[', items($, choice($._expression, $.spread)), ']'),

		spread: $ => seq('...', field('value', $._expression)),

		for: $ => seq('[', 'for',
			choice(
				field('item', $.identifier),
				seq('(', field('item', $.identifier), ',', field('position', $.identifier), ')')),
			'in', field('in', $._expression), ':', field('body', $._body), ']'),

		object: $ => seq('{', items($, choice($.property, $.spread, $.resource)), '}'),

		property: $ => seq(field('name', $._name), ':', field('value', $._body)),

		_name: $ => choice(
			$.identifier,
			alias('resource', $.identifier),
			alias('true', $.identifier),
			alias('false', $.identifier),
			alias('null', $.identifier),
			$._string,
		),

		// Types

		_type: $ => choice($.union_type, $._type_member),

		union_type: $ => choice(
			prec.left(seq($._type, '|', $._type_member)),
			seq('|', $._type_member),
		),

		_type_member: $ => choice(
			$._type_primary,
			alias($._type_unary, $.unary),
		),

		_type_unary: $ => seq(
			field('operator', choice('-', '!')), field('operand', choice($.number, $.boolean))),

		_type_primary: $ => choice(
			$.identifier,
			$.number,
			$.boolean,
			$.null,
			$._string,
			$.object_type,
			$.tuple_type,
			$.parenthesized_type,
			$.resource_type,
			$.array_type,
			$.nullable_type,
			$.non_null_type,
			$.member_type,
			$.element_type,
			$.generic_type,
		),

		parenthesized_type: $ => seq('(', $._type, ')'),

		object_type: $ => seq('{', items($, choice($.property_type, $.rest_type)), '}'),

		property_type: $ => seq(optional($._decorators),
			field('name', choice($.identifier, $._string)), ':', field('type', $._type)),

		rest_type: $ => seq(optional($._decorators), '*', ':', field('type', $._type)),

		tuple_type: $ => seq('[', items($, $.item_type), ']'),

		item_type: $ => seq(optional($._decorators), field('type', $._type)),

		resource_type: $ => seq('resource', choice(
			field('kind', $._string),
			seq('<', list($._type), '>'))),

		array_type: $ => seq(field('element', $._type_primary), '[', ']'),

		nullable_type: $ => seq($._type_primary, '?'),

		non_null_type: $ => seq($._type_primary, '!'),

		member_type: $ => seq(
			field('object', $._type_primary), '.', field('name', choice($.identifier, $.any))),

		element_type: $ => seq(
			field('object', $._type_primary), '[', field('index', choice($.number, $.any)), ']'),

		any: _ => '*',

		generic_type: $ => seq(
			field('name', choice($.identifier, $.member_type)), '<', list($._type), '>'),

		// Tokens

		_string: $ => choice(
			$.string,
			$.multiline_string,
			$.interpolated_string,
			$.interpolated_multiline,
		),

		string: _ => token(seq('\'', STRING_BODY, /\$*/, '\'')),

		multiline_string: _ => token(seq('\'\'\'', /([^']|'[^']|''[^'])*/, /'''+/)),

		// The pieces hold their delimiters: `'a${`, then `b${` after each brace, then `c'`.
		interpolated_string: $ => seq(
			$.string_start, $._expression, '}',
			repeat(seq($.string_middle, $._expression, '}')),
			$.string_end),

		string_start: _ => token(seq('\'', STRING_BODY, /\$+\{/)),

		string_middle: _ => token.immediate(prec(1, seq(STRING_BODY, /\$+\{/))),

		string_end: _ => token.immediate(prec(1, seq(STRING_BODY, /\$*/, '\''))),

		interpolated_multiline: $ => choice(
			$.multiline_complete,
			seq(
				$.multiline_start, $._expression, '}',
				repeat(seq($.multiline_middle, $._expression, '}')),
				$.multiline_end),
		),

		number: _ => /[0-9]+/,

		boolean: _ => choice('true', 'false'),

		null: _ => 'null',

		identifier: _ => /[A-Za-z_][A-Za-z0-9_]*/,

		_separator: $ => choice($._newline, ','),

		// An unclosed block comment runs to the end of the file, so that a row of `/*` isn't tried again
		// from each of them; whoever reads the tree reports it.
		comment: _ => token(choice(
			/\/\/[^\r\n]*/,
			/\/\*([^*]|\*+[^*\/])*(\*+\/?)?/)),

		directive: _ => /#[A-Za-z\-]+([ \t]+[^\s\/]+)*/,
	},
});

/**
 * HCL's native syntax as Terraform and OpenTofu read it
 * (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md), for .tf, .tofu and .tfvars.
 *
 * Written for speed: no GLR conflicts, and as few tokens and reductions as the language allows. A
 * reference with its plain steps (`a.b[0].c`), an argument's name with its `=`, a block's head and a
 * string's text up to the next interpolation are one token each. Operations are flat runs of
 * operands and operators, and a template's directives are a flat run too: who reads the tree settles
 * precedence and nesting. Lists are hidden left-recursive rules, which cost one reduction an item
 * where repeat() costs two.
 *
 * Newlines are white space here. Where one ends an expression or a head, and where one must part two
 * items, is checked by who reads the tree; so are escapes and the words of identifiers.
 */

// Coarser than Unicode's ID_Start and ID_Continue, so that the lexer compares ranges instead of searching tables.
const IDENTIFIER = /[A-Za-z_\u00AA-\u1FFF\u203F-\uFEFE\uFF10-\u{E01EF}][-0-9A-Za-z_\u00AA-\u1FFF\u203F-\uFEFE\uFF10-\u{E01EF}]*/u;
const GAP = /([ \t]|\/\*([^*]|\*+[^*\/])*\*+\/)*/;

// A run of one `$` or `%` before a brace begins a sequence; a run of more is literal text with its brace.
const UNIT = /[^"\\$%\n]|\\[^\n]|[$%]+([^{"\\$%\n]|\\[^\n])|[$%]*(\$\$|%%)\{/;
const TEXT = repeat(UNIT);
const VALUE = /([$%]*%)?\$\{~?/;
const DIRECTIVE = /([$%]*\$)?%\{~?/;

const STEP = choice(
	seq('.', /[ \t\r\n]*/, choice(IDENTIFIER, /[0-9]+/, '*')),
	'[*]',
	/\[[0-9]+\]/,
	/\["[^"\\$%\n]*"\]/,
);

/**
 * Up to so many of a token's parts. Where a token may go on and on and then not end, the lexer falls back to a shorter one
 * and starts again from the next word; without a limit that is quadratic.
 */
function upTo(n, part) {
	return n ? optional(seq(part, upTo(n - 1, part))) : blank();
}

module.exports = grammar({
	name: 'hcl',

	externals: $ => [
		$.heredoc_plain,
		$.heredoc_value_start,
		$.heredoc_directive_start,
		$.heredoc_value,
		$.heredoc_directive,
		$.heredoc_end,
		$._error_sentinel,
	],

	extras: $ => [/[ \t\r\n\uFEFF]/, $.comment],

	inline: $ => [$._close, $._for_head, $._item, $._member, $._operator, $._suffix],

	rules: {
		config: $ => optional($._items),

		_items: $ => choice($._item, seq($._items, $._item)),

		_item: $ => choice($.attribute, $.block, $.stray),

		// What is no item: a word without a sign, a head without a brace. Who reads the tree reports it; to the parser it is no
		// error, so it costs no more than itself.
		stray: $ => choice($.identifier, $.number, $.string, $.traversal),

		attribute: $ => choice(seq($.key, $._expression), $.hollow),

		block: $ => seq($.head, optional($._items), '}'),

		// Expressions

		_expression: $ => choice($._operand, $.operation, $.conditional),

		conditional: $ => seq(
			choice($._operand, $.operation), '?', $._expression, ':', $._expression),

		operation: $ => $._chain,

		// Above the end of an object's item: a `-` on the next line goes on with the value before it.
		_chain: $ => prec(1, seq(choice($._operand, $._chain), $._operator, $._operand)),

		_operator: $ => choice($.operator, '-'),

		operator: _ => token(choice(
			'*', '/', '%', '+', '<', '<=', '>', '>=', '==', '!=', '&&', '||')),

		_operand: $ => choice($.unary, $.access, $._primary),

		unary: $ => seq(choice('-', '!'), $._operand),

		access: $ => prec(1, seq($._primary, $._suffixes)),

		_suffixes: $ => prec(2, choice($._suffix, seq($._suffixes, $._suffix))),

		_suffix: $ => choice($.steps, $.index),

		// The operator is the `*` of `[ * ]`; any other is an error that who reads the tree reports.
		index: $ => seq('[', choice($._expression, $.operator), ']'),

		_primary: $ => choice(
			$.call,
			$.for_object,
			$.for_tuple,
			$.heredoc,
			$.identifier,
			$.number,
			$.object,
			$.parenthesized,
			$.string,
			$.template,
			$.traversal,
			$.tuple,
		),

		parenthesized: $ => seq('(', $._expression, ')'),

		call: $ => seq($.call_begin, optional(seq($._elements, optional(choice(',', '...')))), ')'),

		tuple: $ => seq('[', optional(seq($._elements, optional(','))), ']'),

		_elements: $ => choice($._expression, seq($._elements, ',', $._expression)),

		// Flat: a key, then its value. A key is a `key` with its sign, or an expression before a sign.
		object: $ => seq('{', optional(seq($._members, optional(','))), '}'),

		_members: $ => choice($._member, seq($._members, optional(','), $._member)),

		_member: $ => choice(
			seq($.key, $._expression),
			seq($._expression, choice('=', ':'), $._expression),
			$.hollow,
		),

		// There are no keywords: `for`, `in`, `if` and the words of directives are identifiers to the grammar. A keyword would
		// keep heads, keys and references, which begin like it, from being tokens in the search for a way out of an error.
		_for_head: $ => seq(
			alias($.identifier, $.word), $.identifier, optional(seq(',', $.identifier)),
			alias($.identifier, $.word), $._expression),

		for_tuple: $ => seq('[', $._for_head, ':', $._expression, optional($.for_condition), ']'),

		for_object: $ => seq(
			'{', $._for_head, ':', $._expression, '=>', $._expression, optional('...'),
			optional($.for_condition), '}'),

		for_condition: $ => seq(alias($.identifier, $.word), $._expression),

		// Templates: pieces of text, each up to and with the sequence that follows it.

		template: $ => seq($._quoted, $.quote_end),

		_quoted: $ => choice(
			seq($.quote_value, $._expression, $._close),
			seq($.quote_directive, $._directive, $._close),
			seq($._quoted, $.middle_value, $._expression, $._close),
			seq($._quoted, $.middle_directive, $._directive, $._close),
		),

		heredoc: $ => seq(
			$.heredoc_begin, choice($.heredoc_plain, seq($._heredoc, $.heredoc_end))),

		_heredoc: $ => choice(
			seq($.heredoc_value_start, $._expression, $._close),
			seq($.heredoc_directive_start, $._directive, $._close),
			seq($._heredoc, $.heredoc_value, $._expression, $._close),
			seq($._heredoc, $.heredoc_directive, $._directive, $._close),
		),

		heredoc_begin: _ => /<<-?/,

		_close: $ => choice('}', '~}'),

		_directive: $ => choice($.directive, $.directive_for),

		// if, else, endif, endfor
		directive: $ => seq(alias($.identifier, $.word), optional($._expression)),

		directive_for: $ => $._for_head,

		// Tokens

		// A string that meets the end of its line ends there, so that the rest of the file is still read; who
		// reads the tree looks for the missing quote.
		string: _ => token(seq('"', TEXT, /[$%]*/, optional('"'))),

		quote_value: _ => token(seq('"', TEXT, VALUE)),

		quote_directive: _ => token(seq('"', TEXT, DIRECTIVE)),

		middle_value: _ => token.immediate(prec(1, seq(TEXT, VALUE))),

		middle_directive: _ => token.immediate(prec(1, seq(TEXT, DIRECTIVE))),

		quote_end: _ => token.immediate(prec(1, choice(
			'"',
			'\n',
			seq(choice(seq(repeat1(UNIT), /[$%]*/), /[$%]+/), optional('"'))))),

		identifier: _ => IDENTIFIER,

		traversal: _ => token(seq(IDENTIFIER, repeat1(STEP))),

		steps: _ => token(repeat1(STEP)),

		// A block's kind, its labels (six at most), and the brace, which who reads the tree wants on the same line.
		head: _ => token(seq(
			IDENTIFIER,
			upTo(6, seq(GAP, choice(IDENTIFIER, seq('"', TEXT, /[$%]*/, '"')))),
			GAP, /[ \t\r\n]*/, '{')),

		key: _ => token(seq(IDENTIFIER, GAP, /[=:]/)),

		// A key whose value is missing on its line.
		hollow: _ => token(seq(IDENTIFIER, GAP, /[=:]/, GAP, /\r?\n/)),

		// On one line: in an object the parenthesis of the next line begins the next key.
		call_begin: _ => token(seq(IDENTIFIER, upTo(4, seq('::', IDENTIFIER)), GAP, '(')),

		number: _ => /[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/,

		// An unclosed block comment runs to the end of the file; whoever reads the tree reports it.
		comment: _ => token(choice(
			/(#|\/\/)[^\n]*/,
			/\/\*([^*]|\*+[^*\/])*(\*+\/?)?/)),
	},
});

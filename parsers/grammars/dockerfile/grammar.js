// Dockerfiles as BuildKit reads them.
//
// A Dockerfile is read in two steps: physical lines are joined into logical ones, then each logical line is cut up by
// a rule of its instruction. The external scanner does both at once, so every token here is a piece of a logical line
// and may hold a continuation: whoever takes a token's text joins its lines first. Nothing is ambiguous and nothing a
// build would merely refuse (an unknown instruction, an array of numbers, a heredoc without an end) is a syntax error:
// such things have nodes of their own, for a reader to report in its own words.
//
// src/parser.c is made from this file: tree-sitter generate (0.25.10).

const ARRAY_OR_WORDS = ['add', 'copy', 'volume'];
const ARRAY_OR_SHELL = ['cmd', 'entrypoint', 'run', 'shell'];
const PAIRS = ['env', 'label'];
const TEXT = ['maintainer', 'stopsignal', 'unknown', 'user', 'workdir'];
const WORDS = ['expose', 'from'];
const KEYWORDS = ['add', 'arg', 'cmd', 'copy', 'entrypoint', 'env', 'expose', 'from', 'healthcheck', 'label',
  'maintainer', 'onbuild', 'run', 'shell', 'stopsignal', 'unknown', 'user', 'volume', 'workdir'];

const rule = name => `${name}_instruction`;

function keyword($, name) {
  return field('keyword', alias($[`_${name}`], $.keyword));
}

function flags($) {
  return seq(repeat($.flag), optional($._flag_end));
}

function instructions(names, args) {
  return Object.fromEntries(names.map(name => [rule(name), $ => seq(keyword($, name), args($))]));
}

module.exports = grammar({
  name: 'dockerfile',

  // The order is that of the enumeration in src/scanner.c.
  externals: $ => [
    $._newline,
    $.comment,
    $.line_continuation,
    $._blank,
    $._directive_mark,
    ...KEYWORDS.map(name => $[`_${name}`]),
    $._flag_name,
    $._flag_end,
    $._equals,
    $._value,
    $._pair_name,
    $._old_name,
    $._bare_word,
    $._word,
    $._text,
    $.heredoc_marker,
    $.heredoc_body,
    $.heredoc_end,
    $._heredoc_unterminated,
    $._array_start,
    $._no_array,
    $._string,
    $._error_sentinel,
  ],

  extras: $ => [/[ \t\v\f\r]+/, $.comment, $.line_continuation, $._blank],

  rules: {
    source_file: $ => repeat(choice($.directive, $.instruction, $._newline)),

    directive: $ => seq(
      alias($._directive_mark, '#'), field('name', $.directive_name), '=',
      field('value', $.directive_value), $._newline),
    directive_name: _ => /[a-zA-Z][a-zA-Z0-9]*/,
    directive_value: _ => /[^\s](?:[^\n]*[^\s])?/,

    instruction: $ => seq($._any, $._newline, repeat($.heredoc)),
    _any: $ => choice(...KEYWORDS.map(name => $[rule(name)])),

    ...instructions(ARRAY_OR_WORDS, $ => seq(flags($), optional(choice($.array, seq(optional($._no_array), $._words))))),
    ...instructions(ARRAY_OR_SHELL, $ => seq(flags($), optional(choice($.array, seq(optional($._no_array), $.shell_command))))),
    ...instructions(PAIRS, $ => seq(flags($), optional(choice($.old_pair, $._pairs)))),
    ...instructions(TEXT, $ => seq(flags($), optional($.text))),
    ...instructions(WORDS, $ => seq(flags($), optional($._words))),
    arg_instruction: $ => seq(keyword($, 'arg'), flags($), repeat(choice($.pair, $.bare_word))),
    healthcheck_instruction: $ => seq(keyword($, 'healthcheck'), flags($),
      optional(seq(field('type', $.word), optional(choice($.array, seq(optional($._no_array), $.shell_command)))))),
    onbuild_instruction: $ => seq(keyword($, 'onbuild'), flags($), optional($._any)),

    flag: $ => seq(
      field('name', alias($._flag_name, $.flag_name)),
      optional(seq(alias($._equals, '='), field('value', alias($._value, $.flag_value))))),

    _words: $ => repeat1(choice($.word, $.heredoc_marker)),
    word: $ => $._word,

    // The old form has one name and the rest of the line; the new form name=value, any number of times.
    old_pair: $ => seq(field('name', alias($._old_name, $.name)), optional(field('value', $.text))),
    _pairs: $ => seq($.pair, repeat(choice($.pair, $.bare_word))),
    pair: $ => seq(
      field('name', alias($._pair_name, $.name)), alias($._equals, '='),
      field('value', alias($._value, $.value))),
    bare_word: $ => $._bare_word,

    text: $ => repeat1($._text),
    shell_command: $ => repeat1(choice(alias($._text, $.shell_fragment), $.heredoc_marker)),

    // Any JSON is read; that an array holds strings alone is the reader's to check, as it is BuildKit's.
    array: $ => seq($._array_start, $._list),
    _list: $ => seq('[', optional(seq($._json, repeat(seq(',', $._json)))), ']'),
    _json: $ => choice($.string, $.other),
    other: $ => choice($._list, $._object, /-?[0-9][0-9.eE+-]*/, 'true', 'false', 'null'),
    _object: $ => seq('{', optional(seq($._member, repeat(seq(',', $._member)))), '}'),
    _member: $ => seq($.string, ':', $._json),
    string: $ => $._string,

    heredoc: $ => seq($.heredoc_body, choice($.heredoc_end, $._heredoc_unterminated)),
  },
});

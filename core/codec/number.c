#include "core/codec/number.h"

#include <math.h>
#include <stdio.h>
#include <mpfr.h>
#include <stdlib.h>

/* A number that is short in decimal is found with FEWER_DIGITS already, where rounding cannot reach its last ones. */
enum { PRECISION = 512, FEWER_DIGITS = 148, MOST_NEEDED = 156, MOST_DIGITS = 10000 };

/* Texts shorter than this are copied to the stack to end with a NUL. */
enum { SMALL = 256 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool bl_number_valid(bl_str s)
{
	size_t i = 0, digits = 0;
	if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
		i++;
	for (; i < s.n && is_digit(s.p[i]); i++)
		digits++;
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && is_digit(s.p[i]); i++)
			digits++;
	if (!digits)
		return false;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		size_t begin;
		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			i++;
		for (begin = i; i < s.n && is_digit(s.p[i]);)
			i++;
		if (i == begin || i - begin > 8)
			return false;
	}
	return i == s.n;
}

/* Up to 15 digits and a sign: sums of them are exact in 64 bits. "-0" is none: it keeps its sign. */
static bool small_integer(bl_str s, long long *out)
{
	size_t i = 0;
	bool minus = s.n && s.p[0] == '-';
	long long n = 0;
	if (minus)
		i++;
	if (i == s.n || s.n - i > 15)
		return false;
	for (; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		n = n * 10 + (s.p[i] - '0');
	}
	*out = minus ? -n : n;
	return !minus || n;
}

static void load(mpfr_t x, bl_str s)
{
	char small[SMALL];
	mpfr_init2(x, PRECISION);
	if (s.n < SMALL) {
		memcpy(small, s.p, s.n);
		small[s.n] = '\0';
		mpfr_set_str(x, small, 10, MPFR_RNDN);
		return;
	}
	char *z = bl_xmalloc(s.n + 1);
	memcpy(z, s.p, s.n);
	mpfr_set_str(x, z, 10, MPFR_RNDN);
	free(z);
}

/* The fewest digits that read back as x, zeros at the end left aside. */
static char *shortest(const mpfr_t x, mpfr_exp_t *exponent)
{
	mpfr_t back;
	mpfr_init2(back, PRECISION);
	char *digits = NULL;
	for (size_t n = FEWER_DIGITS; n <= MOST_NEEDED; n++) {
		if (digits)
			mpfr_free_str(digits);
		digits = mpfr_get_str(NULL, exponent, 10, n, x, MPFR_RNDN);
		char text[MOST_NEEDED + 64];
		const char *d = digits;
		int sign = *d == '-' ? *d++ : '+';
		snprintf(text, sizeof text, "%c0.%se%ld", sign, d, (long)*exponent);
		mpfr_set_str(back, text, 10, MPFR_RNDN);
		if (mpfr_equal_p(back, x))
			break;
	}
	mpfr_clear(back);
	return digits;
}

static void put_plain(bl_buf *out, const char *d, size_t n, long exponent)
{
	if (exponent <= 0) {
		bl_buf_putz(out, "0.");
		for (long i = exponent; i < 0; i++)
			bl_buf_putc(out, '0');
		bl_buf_put(out, bl_str_make(d, n));
		return;
	}
	for (long i = 0; i < exponent || (size_t)i < n; i++) {
		if (i == exponent)
			bl_buf_putc(out, '.');
		bl_buf_putc(out, (size_t)i < n ? d[i] : '0');
	}
}

static bl_str store(bl_arena *arena, mpfr_t x)
{
	if (mpfr_zero_p(x) || !mpfr_number_p(x))
		return mpfr_zero_p(x) && mpfr_signbit(x) ? BL_STR("-0") : BL_STR("0");
	mpfr_exp_t exponent;
	char *digits = shortest(x, &exponent);
	const char *d = digits;
	bl_buf out = {0};
	if (*d == '-')
		bl_buf_putc(&out, *d++);
	size_t n = strlen(d);
	while (n > 1 && d[n - 1] == '0')
		n--;
	if (exponent > MOST_DIGITS || exponent < -MOST_DIGITS) {
		bl_buf_putc(&out, d[0]);
		if (n > 1)
			bl_buf_putc(&out, '.');
		bl_buf_put(&out, bl_str_make(d + 1, n - 1));
		bl_buf_putf(&out, "e%+03ld", (long)exponent - 1);
	} else {
		put_plain(&out, d, n, (long)exponent);
	}
	mpfr_free_str(digits);
	bl_str s = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

bl_str bl_number_canonical(bl_arena *arena, bl_str s)
{
	long long n;
	if (small_integer(s, &n) && (s.p[0] != '0' || s.n == 1) && !(s.p[0] == '-' && (s.n < 2 || s.p[1] == '0')))
		return s;
	mpfr_t x;
	load(x, s);
	bl_str out = store(arena, x);
	mpfr_clear(x);
	return out;
}

static bool apply_small(bl_arena *arena, char op, long long a, long long b, bl_str *out)
{
	switch (op) {
	case '+':
		*out = bl_str_integer(arena, a + b);
		return true;
	case '-':
		*out = bl_str_integer(arena, a - b);
		return true;
	case '*':
		if (a > 1000000000 || a < -1000000000 || b > 1000000000 || b < -1000000000)
			return false;
		*out = bl_str_integer(arena, a * b);
		return true;
	case '/':
		if (!b || a % b)
			return false;
		*out = bl_str_integer(arena, a / b);
		return true;
	case '%':
		if (!b)
			*out = bl_str_integer(arena, a);
		else
			*out = bl_str_integer(arena, a % b);
		return true;
	default:
		return false;
	}
}

static double as_double(bl_str s)
{
	mpfr_t x;
	load(x, s);
	double d = mpfr_get_d(x, MPFR_RNDN);
	mpfr_clear(x);
	return d;
}

/* Go's logarithm, which is not always the nearest double: the series of fdlibm. */
static double go_log(double x)
{
	static const double low[] = {6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01};
	static const double high[] = {3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01};
	int k;
	if (!isfinite(x) || x <= 0)
		return log(x);
	double f = frexp(x, &k);
	if (f < M_SQRT1_2) {
		f *= 2;
		k--;
	}
	f -= 1;
	double s = f / (2 + f), s2 = s * s, s4 = s2 * s2;
	double t1 = s2 * (low[0] + s4 * (low[1] + s4 * (low[2] + s4 * low[3])));
	double t2 = s4 * (high[0] + s4 * (high[1] + s4 * high[2]));
	double half = 0.5 * f * f;
	return k * 6.93147180369123816490e-01 - ((half - (s * (half + t1 + t2) + k * 1.90821492927058770002e-10)) - f);
}

/* Go's power: squares for the whole part of y, a logarithm for the rest. */
static double go_pow(double x, double y)
{
	double whole, rest = modf(fabs(y), &whole), result = 1;
	int xe, e = 0;
	if (x == 0 || !isfinite(x) || !isfinite(y) || (rest != 0 && x < 0) || whole >= 9e18 || y == 0.5 || y == -0.5)
		return pow(x, y);
	if (rest > 0.5) {
		rest--;
		whole++;
	}
	if (rest != 0)
		result = exp(rest * go_log(x));
	double x1 = frexp(x, &xe);
	for (long long i = (long long)whole; i; i >>= 1) {
		if (xe < -4096 || xe > 4096) {
			e += xe;
			break;
		}
		if (i & 1) {
			result *= x1;
			e += xe;
		}
		x1 *= x1;
		xe *= 2;
		if (x1 < 0.5) {
			x1 += x1;
			xe--;
		}
	}
	return y < 0 ? ldexp(1 / result, -e) : ldexp(result, e);
}

/* A double's shortest text, as it is shown; false for what is no number. */
static bool store_double(bl_arena *arena, double d, bl_str *out)
{
	char text[40];
	if (!isfinite(d))
		return false;
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*g", precision, d);
		if (strtod(text, NULL) == d)
			break;
	}
	*out = bl_number_canonical(arena, bl_str_dup(arena, bl_str_of(text)));
	return true;
}

/* x less as many whole y as the rounded quotient says: 1000 % 0.1 is 0, though 0.1 is a little more than it says. */
static void remainder_of(mpfr_t x, mpfr_t y)
{
	mpfr_t times;
	mpfr_init2(times, PRECISION);
	mpfr_div(times, x, y, MPFR_RNDN);
	mpfr_trunc(times, times);
	mpfr_mul(times, times, y, MPFR_RNDN);
	mpfr_sub(x, x, times, MPFR_RNDN);
	mpfr_clear(times);
}

bool bl_number_apply(bl_arena *arena, char op, bl_str a, bl_str b, bl_str *out)
{
	long long i, j;
	if (small_integer(a, &i) && small_integer(b, &j) && apply_small(arena, op, i, j, out))
		return true;
	mpfr_t x, y;
	bool ok = true;
	/* the language counts powers and logarithms in doubles */
	if (op == '^')
		return store_double(arena, go_pow(as_double(a), as_double(b)), out);
	load(x, a);
	load(y, b);
	switch (op) {
	case '+':
		mpfr_add(x, x, y, MPFR_RNDN);
		break;
	case '-':
		mpfr_sub(x, x, y, MPFR_RNDN);
		break;
	case '*':
		mpfr_mul(x, x, y, MPFR_RNDN);
		break;
	case '/':
		ok = !mpfr_zero_p(y);
		if (ok)
			mpfr_div(x, x, y, MPFR_RNDN);
		break;
	case '%':
		if (!mpfr_zero_p(y))
			remainder_of(x, y);
		break;
	default:
		ok = false;
	}
	ok = ok && mpfr_number_p(x);
	if (ok)
		*out = store(arena, x);
	mpfr_clears(x, y, (mpfr_ptr)0);
	return ok;
}

int bl_number_cmp(bl_str a, bl_str b)
{
	long long i, j;
	if (small_integer(a, &i) && small_integer(b, &j))
		return i < j ? -1 : i > j;
	mpfr_t x, y;
	load(x, a);
	load(y, b);
	int result = mpfr_cmp(x, y);
	mpfr_clears(x, y, (mpfr_ptr)0);
	return result;
}

/* A zero that is an integer has no sign. */
static void without_sign(mpfr_t x)
{
	if (mpfr_zero_p(x))
		mpfr_abs(x, x, MPFR_RNDN);
}

bl_str bl_number_call(bl_arena *arena, bl_number_function f, bl_str a)
{
	mpfr_t x;
	load(x, a);
	switch (f) {
	case BL_NUMBER_ABS:
		mpfr_abs(x, x, MPFR_RNDN);
		break;
	case BL_NUMBER_CEIL:
		mpfr_ceil(x, x);
		without_sign(x);
		break;
	case BL_NUMBER_FLOOR:
		mpfr_floor(x, x);
		without_sign(x);
		break;
	case BL_NUMBER_NEGATE:
		mpfr_neg(x, x, MPFR_RNDN);
		break;
	case BL_NUMBER_TRUNCATE:
		mpfr_trunc(x, x);
		break;
	}
	bl_str out = store(arena, x);
	mpfr_clear(x);
	return out;
}

bool bl_number_log(bl_arena *arena, bl_str a, bl_str base, bl_str *out)
{
	double d = go_log(as_double(a)) / go_log(as_double(base));
	return store_double(arena, d, out);
}

bool bl_number_integer(bl_str s, long long *out)
{
	if (small_integer(s, out))
		return true;
	mpfr_t x;
	load(x, s);
	bool ok = mpfr_integer_p(x) && mpfr_fits_intmax_p(x, MPFR_RNDN);
	if (ok)
		*out = (long long)mpfr_get_sj(x, MPFR_RNDN);
	mpfr_clear(x);
	return ok;
}

bool bl_number_parse(bl_arena *arena, bl_str s, int base, bl_str *out)
{
	mpz_t z;
	mpfr_t x;
	size_t begin = s.n && (s.p[0] == '-' || s.p[0] == '+');
	for (size_t i = begin; i < s.n; i++)
		if (s.p[i] == ' ' || (s.p[i] >= '\t' && s.p[i] <= '\r') || !s.p[i])
			return false;
	if (begin == s.n || s.n > 100000)
		return false;
	char *text = bl_str_z(arena, s.p[0] == '+' ? bl_str_slice(s, 1, s.n) : s);
	/* past base 36 small letters come first here, capitals first in GMP */
	for (char *p = text; base > 36 && *p; p++)
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))
			*p ^= 0x20;
	if (mpz_init_set_str(z, text, base) != 0) {
		mpz_clear(z);
		return false;
	}
	mpfr_init2(x, PRECISION);
	mpfr_set_z(x, z, MPFR_RNDN);
	*out = store(arena, x);
	mpfr_clear(x);
	mpz_clear(z);
	return true;
}

bool bl_number_format(bl_arena *arena, bl_str s, int base, bl_str *out)
{
	mpfr_t x;
	load(x, s);
	bool ok = mpfr_integer_p(x) && mpfr_get_exp(x) < 1 << 16;
	if (mpfr_zero_p(x)) {
		*out = BL_STR("0");
		ok = true;
	} else if (ok) {
		mpz_t z;
		mpz_init(z);
		mpfr_get_z(z, x, MPFR_RNDN);
		char *text = mpz_get_str(NULL, base, z);
		*out = bl_str_dup(arena, bl_str_of(text));
		free(text);
		mpz_clear(z);
	}
	mpfr_clear(x);
	return ok;
}

/* %g: an exponent below 1e-4 and from as many digits on as are asked for. d: digits without trailing zeros, 0.d * 10^exponent. */
static void put_general(bl_buf *out, const char *d, size_t n, long exponent, int precision, char e)
{
	long most = precision < 0 ? 6 : precision ? precision : 1;
	if (precision >= 0 && most > (long)n && (long)n >= exponent)
		most = (long)n;
	if (exponent - 1 >= -4 && exponent - 1 < most) {
		put_plain(out, d, n, exponent);
		return;
	}
	bl_buf_putc(out, d[0]);
	if (n > 1)
		bl_buf_putc(out, '.');
	bl_buf_put(out, bl_str_make(d + 1, n - 1));
	bl_buf_putf(out, "%c%+03ld", e, exponent - 1);
}

bl_str bl_number_text(bl_arena *arena, bl_str s, char verb, int precision)
{
	mpfr_t x;
	bl_buf out = {0};
	char *text = NULL;
	load(x, s);
	if (mpfr_zero_p(x) && (verb | 0x20) == 'g') {
		bl_buf_putz(&out, mpfr_signbit(x) ? "-0" : "0");
	} else if ((verb | 0x20) == 'g') {
		mpfr_exp_t exponent;
		text = precision < 0 ? shortest(x, &exponent)
				     : mpfr_get_str(NULL, &exponent, 10, precision > 1 ? (size_t)precision : 1, x, MPFR_RNDN);
		const char *d = text;
		if (*d == '-')
			bl_buf_putc(&out, *d++);
		size_t n = strlen(d);
		while (n > 1 && d[n - 1] == '0')
			n--;
		put_general(&out, d, n, (long)exponent, precision, verb == 'g' ? 'e' : 'E');
	} else {
		const char *form = verb == 'f' ? "%.*Rf" : verb == 'e' ? "%.*Re" : "%.*RE";
		if (mpfr_asprintf(&text, form, precision < 0 ? 6 : precision, x) >= 0)
			bl_buf_putz(&out, text);
	}
	if (text)
		mpfr_free_str(text);
	mpfr_clear(x);
	bl_str result = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return result;
}

#include "simulate/draw.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The finaliser of splitmix64. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* FNV-1a: bl_str_hash may change, what a seed stands for may not. */
static uint64_t fold(uint64_t h, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 0x100000001b3u;
	return h;
}

uint64_t sim_draw(uint64_t seed, const char *purpose, bl_str key)
{
	uint64_t h = fold(0xcbf29ce484222325u ^ mix(seed), purpose, strlen(purpose) + 1);
	return mix(fold(h, key.p, key.n));
}

uint64_t sim_next(uint64_t *stream)
{
	*stream += 0x9e3779b97f4a7c15u;
	return mix(*stream);
}

bl_str sim_letters(bl_arena *arena, uint64_t number, bl_str alphabet, size_t n)
{
	char *p = bl_arena_alloc_aligned(arena, n, 1);
	for (size_t i = 0; i < n; i++)
		p[i] = alphabet.p[sim_next(&number) % alphabet.n];
	return bl_str_make(p, n);
}

bl_str sim_hex(bl_arena *arena, uint64_t number, size_t n)
{
	return sim_letters(arena, number, BL_STR("0123456789abcdef"), n);
}

bl_str sim_digits(bl_arena *arena, uint64_t number, size_t n)
{
	return sim_letters(arena, number, BL_STR("0123456789"), n);
}

bl_str sim_guid(bl_arena *arena, uint64_t number)
{
	bl_str h = sim_hex(arena, number, 32);
	return bl_str_fmt(arena, "%.8s-%.4s-4%.3s-%c%.3s-%.12s", h.p, h.p + 8, h.p + 13, "89ab"[number & 3], h.p + 17,
		h.p + 20);
}

bl_str sim_word(uint64_t number)
{
	static const char *const words[] = {"acme", "alpha", "apps", "atlas", "backend", "billing", "blue", "bravo", "catalog",
		"cedar", "cloud", "contoso", "core", "crm", "data", "delta", "demo", "dev", "edge", "fabrikam", "fleet",
		"frontend", "gamma", "green", "hub", "identity", "infra", "internal", "lab", "ledger", "legacy", "main",
		"media", "metrics", "mobile", "north", "ops", "orders", "payments", "platform", "portal", "prod", "retail",
		"search", "shared", "shop", "spoke", "stage", "tailspin", "team", "test", "web"};
	return bl_str_of(words[number % COUNT(words)]);
}

bl_str sim_adjective(uint64_t number)
{
	static const char *const words[] = {"amused", "apt", "bold", "brave", "bright", "calm", "capable", "clever", "crisp",
		"eager", "exact", "fair", "fast", "firm", "fond", "glad", "grand", "happy", "helping", "keen", "known",
		"large", "living", "loyal", "lucky", "major", "merry", "mighty", "modest", "native", "neat", "noble", "open",
		"patient", "proud", "pure", "quick", "rapid", "rare", "ready", "sharp", "smart", "solid", "stable", "sunny",
		"tidy", "trusty", "valid", "vast", "wise"};
	return bl_str_of(words[number % COUNT(words)]);
}

bl_str sim_animal(uint64_t number)
{
	static const char *const words[] = {"ant", "badger", "bear", "bee", "bison", "bobcat", "camel", "cat", "cobra", "crab",
		"crane", "crow", "deer", "dolphin", "dove", "eagle", "eel", "elk", "falcon", "ferret", "finch", "fox",
		"gecko", "goat", "goose", "heron", "horse", "ibex", "jackal", "koala", "lemur", "lion", "llama", "lynx",
		"mole", "moose", "mouse", "newt", "orca", "otter", "owl", "panda", "pony", "puma", "quail", "robin", "seal",
		"sloth", "stork", "tiger", "toad", "viper", "whale", "wolf", "yak", "zebra"};
	return bl_str_of(words[number % COUNT(words)]);
}

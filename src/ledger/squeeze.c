/* SPDX-License-Identifier: Apache-2.0 */
/* Two libraries, one format. What ISA-L cannot read is zlib's to judge: one set of sentences. */
#include "squeeze.h"

#include <assert.h>
#include <zlib.h>

#ifdef DYETRACE_WITH_ISAL
#include <isa-l/igzip_lib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif
#endif

struct squeezer {
	bool isal;
	z_stream zlib;
#ifdef DYETRACE_WITH_ISAL
	struct isal_zstream stream;
	uint8_t *level_buffer;
#endif
};

/* Stored blocks are what incompressible bytes cost at worst. Source: RFC 1951 section 3.2.4. */
static size_t
bound(size_t bytes)
{
	return bytes + (bytes / 16384 + 1) * 16 + 1024;
}

static bool
wants_isal(enum deflate_kind kind)
{
#ifdef DYETRACE_WITH_ISAL
	return kind != DEFLATE_ZLIB;
#else
	return kind == DEFLATE_ISAL;
#endif
}

bool
squeezer_open(enum deflate_kind kind, struct squeezer **out, struct error *err)
{
	struct squeezer *squeezer;
	int result;

#ifndef DYETRACE_WITH_ISAL
	if (kind == DEFLATE_ISAL)
		return error_set(err, ERROR_USAGE,
		    "`ledger: deflate: isal`, but this program was built without ISA-L: say auto, "
		    "or install libisal-dev and build again");
#endif
	squeezer = memory_get(sizeof(*squeezer));
	squeezer->isal = wants_isal(kind);
#ifdef DYETRACE_WITH_ISAL
	if (squeezer->isal)
		squeezer->level_buffer = memory_get(ISAL_DEF_LVL1_DEFAULT);
#endif
	result = deflateInit2(&squeezer->zlib, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
	assert(result == Z_OK);
	*out = squeezer;
	return true;
}

void
squeezer_close(struct squeezer *squeezer)
{
	if (!squeezer)
		return;
	deflateEnd(&squeezer->zlib);
#ifdef DYETRACE_WITH_ISAL
	memory_free(squeezer->level_buffer);
#endif
	memory_free(squeezer);
}

const char *
squeezer_name(const struct squeezer *squeezer)
{
	return squeezer->isal ? "isal" : "zlib";
}

#ifdef DYETRACE_WITH_ISAL
#ifdef __x86_64__
__attribute__((target("avx"))) static void
clear_upper_halves(void)
{
	_mm256_zeroupper();
}

/* igzip leaves the upper halves of vector registers in use, and with these in
 * use the processor's SHA-256 instructions take up to twice as long. */
static void
leave_registers_clean(void)
{
	if (__builtin_cpu_supports("avx"))
		clear_upper_halves();
}
#else
static void
leave_registers_clean(void)
{
}
#endif

static void
squeeze_isal(struct squeezer *squeezer, struct text plain, struct buffer *out)
{
	struct isal_zstream *stream = &squeezer->stream;
	int result;

	isal_deflate_stateless_init(stream);
	stream->gzip_flag = IGZIP_DEFLATE;
	stream->level = 1;
	stream->level_buf = squeezer->level_buffer;
	stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
	stream->end_of_stream = 1;
	stream->flush = NO_FLUSH;
	stream->next_in = (uint8_t *)plain.data;
	stream->avail_in = (uint32_t)plain.size;
	stream->next_out = out->data + out->size;
	stream->avail_out = (uint32_t)bound(plain.size);
	result = isal_deflate_stateless(stream);
	leave_registers_clean();
	assert(result == COMP_OK && !stream->avail_in);
	out->size += stream->total_out;
}
#endif

static void
squeeze_zlib(struct squeezer *squeezer, struct text plain, struct buffer *out)
{
	z_stream *stream = &squeezer->zlib;
	int result;

	deflateReset(stream);
	stream->next_in = (uint8_t *)plain.data;
	stream->avail_in = (uInt)plain.size;
	stream->next_out = out->data + out->size;
	stream->avail_out = (uInt)bound(plain.size);
	result = deflate(stream, Z_FINISH);
	assert(result == Z_STREAM_END);
	out->size += stream->total_out;
}

void
squeeze(struct squeezer *squeezer, struct text plain, struct buffer *out)
{
	buffer_reserve(out, bound(plain.size));
#ifdef DYETRACE_WITH_ISAL
	if (squeezer->isal) {
		squeeze_isal(squeezer, plain, out);
		return;
	}
#endif
	squeeze_zlib(squeezer, plain, out);
}

/* Inflates into what room there is, at most one byte above the limit; more only if asked again. */
static int
inflate_some(z_stream *stream, size_t limit, size_t before, struct buffer *out)
{
	size_t left = limit + 1 - (out->size - before), room = out->capacity - out->size;
	int result;

	if (!room) {
		buffer_reserve(out, left < 65536 ? left : 65536); /* doubles */
		room = out->capacity - out->size;
	}
	if (room > left)
		room = left;
	stream->next_out = out->data + out->size;
	stream->avail_out = (uInt)room;
	result = inflate(stream, Z_NO_FLUSH);
	out->size += room - stream->avail_out;
	return result;
}

#ifdef DYETRACE_WITH_ISAL
/* Into `room` bytes behind out; *small: that was too little. */
static bool
inflate_isal(struct text deflated, size_t room, struct buffer *out, bool *small)
{
	struct inflate_state state;
	int result;

	buffer_reserve(out, room);
	isal_inflate_init(&state);
	state.next_in = (uint8_t *)deflated.data;
	state.avail_in = (uint32_t)deflated.size;
	state.next_out = out->data + out->size;
	state.avail_out = (uint32_t)room;
	state.crc_flag = ISAL_DEFLATE;
	result = isal_inflate_stateless(&state);
	leave_registers_clean();
	*small = result == ISAL_OUT_OVERFLOW;
	if (result != ISAL_DECOMP_OK || state.block_state != ISAL_BLOCK_FINISH || state.avail_in)
		return false;
	out->size += state.total_out;
	return true;
}

static bool
unsqueeze_isal(struct text deflated, size_t limit, struct buffer *out)
{
	size_t room = 8 * deflated.size < limit ? 8 * deflated.size : limit;
	bool small = true;

	if (room < out->capacity - out->size)
		room = out->capacity - out->size < limit ? out->capacity - out->size : limit;
	while (room && !inflate_isal(deflated, room, out, &small)) {
		if (!small || room == limit)
			return false;
		room = room < limit / 2 ? 2 * room : limit;
	}
	return room != 0;
}
#endif

static bool
unsqueeze_zlib(struct text deflated, size_t limit, struct buffer *out, struct error *err)
{
	z_stream stream = {.next_in = (uint8_t *)deflated.data, .avail_in = (uInt)deflated.size};
	size_t before = out->size;
	int result = inflateInit2(&stream, -15);

	assert(result == Z_OK && limit < UINT32_MAX && deflated.size <= UINT32_MAX);
	do
		result = inflate_some(&stream, limit, before, out);
	while (result == Z_OK && !stream.avail_out && out->size - before <= limit);
	inflateEnd(&stream);
	if (out->size - before > limit)
		return error_set(err, ERROR_DAMAGED, "inflates to more than %zu bytes", limit);
	if (result != Z_STREAM_END)
		return error_set(err, ERROR_DAMAGED, "is no deflated data, or is cut short");
	if (stream.avail_in)
		return error_set(err, ERROR_DAMAGED,
		    "has %u bytes behind the end of its deflated data", stream.avail_in);
	return true;
}

bool
unsqueeze(struct text deflated, size_t limit, struct buffer *out, struct error *err)
{
#ifdef DYETRACE_WITH_ISAL
	if (unsqueeze_isal(deflated, limit, out))
		return true;
#endif
	return unsqueeze_zlib(deflated, limit, out, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the running tracker: one request, one answer, each a JSON document
 * ended by a newline, over STORE/control.sock (mode 0600).
 *
 *   {"do":"reload"}    {"do":"replay","reason":"time-unreadable"}    …
 *   {"ok":true, …}     {"ok":false,"kind":2,"error":"…"}
 */
#ifndef DYETRACE_STORE_CONTROL_H
#define DYETRACE_STORE_CONTROL_H

#include "base/buffer.h"
#include "base/error.h"

#define CONTROL_BYTES_MAX ((size_t)1 << 20)

/* The tracker's side. A socket left over by a killed one is replaced. ERROR_IO. */
MUST_USE bool control_listen(const char *folder, int *listener, struct error *err);
void control_close(const char *folder, int listener);
/*
 * Answers at most one waiting request; returns at once when there is none.
 * answer() appends one line without its newline.
 */
void control_serve(int listener,
    void (*answer)(void *context, struct text request, struct buffer *out), void *context);

/*
 * The command's side: *running false and true when nobody listens.
 * ERROR_IO: the tracker went away in the middle, or does not answer within timeout_ms.
 */
MUST_USE bool control_ask(const char *folder, struct text request, int64_t timeout_ms,
    bool *running, struct buffer *out, struct error *err);

#endif

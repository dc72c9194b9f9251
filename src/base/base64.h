/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648 section 4), strict: padded, no white space, no stray bits. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buffer.h"

void base64_add(struct buffer *out, const void *bytes, size_t size);
/* Appends what text stands for; false when it is not what base64_add() would write. */
bool base64_read(struct text text, struct buffer *out);

#endif

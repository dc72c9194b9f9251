/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a key file. What is taken must seal and unseal; what is refused
 * must be said with a line, and without the bytes that stand there.
 */
#include "base/keys.h"

#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
use(const struct keys *keys)
{
	struct buffer sealed = {0}, plain = {0};
	uint8_t public_key[KEY_BYTES], signature[SIGNATURE_BYTES];
	struct error err = {0};

	keys_seal(keys, TEXT("row"), TEXT("a name"), &sealed);
	assert(sealed_generation(buffer_text(&sealed)) == keys_vault_generation(keys));
	assert(keys_unseal(keys, TEXT("row"), buffer_text(&sealed), &plain, &err));
	assert(text_is(buffer_text(&plain), "a name"));
	keys_public(keys, public_key);
	keys_sign(keys, TEXT("a checkpoint"), signature);
	assert(signature_check(public_key, TEXT("a checkpoint"), signature));
	buffer_fini(&sealed);
	buffer_fini(&plain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keys *keys = NULL;
	struct error err = {0};
	char path[64];
	int fd = memfd_create("key file", MFD_CLOEXEC);

	if (fd < 0 || fchmod(fd, 0600) != 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (keys_open(path, &keys, &err)) {
		use(keys);
		keys_close(keys);
	} else {
		assert(err.kind == ERROR_MALFORMED && err.text[0]);
	}
	close(fd);
	return 0;
}

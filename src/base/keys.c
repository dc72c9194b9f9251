/* SPDX-License-Identifier: Apache-2.0 */
/* What the key file's secrets are used for; libcrypto does the arithmetic. */
#include "base/keys.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "key_file.h"

#define NONCE_BYTES 12
#define TAG_BYTES 16

static_assert(SEAL_BYTES == 4 + NONCE_BYTES + TAG_BYTES, "what sealing adds");

/* Read only once it is open, so that threads may share it. */
struct keys {
	struct key_file file;
	struct hmac_key derivation;
	EVP_CIPHER *gcm;
};

/* libcrypto fails only where memory or the algorithm is missing: no way on. */
static void
must(bool done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "dyetrace: libcrypto refuses %s\n", what);
	abort();
}

void
random_fill(void *bytes, size_t size)
{
	char *next = bytes;
	ssize_t got;

	while (size) {
		got = getrandom(next, size, 0);
		if (got < 0 && errno == EINTR)
			continue;
		must(got > 0, "random bytes");
		next += got;
		size -= (size_t)got;
	}
}

/* Writes the new file behind fd, which nobody else has seen yet. */
static bool
write_new(int fd, const char *path, const struct key_file *file, struct error *err)
{
	char *bytes = memory_get(KEY_FILE_BYTES_MAX);
	bool done = file_write_at(fd, bytes, key_file_print(file, bytes), 0, err) ||
	    error_within(err, "key file %s", path);

	memory_wipe(bytes, KEY_FILE_BYTES_MAX);
	if (done && (fchmod(fd, 0600) != 0 || fsync(fd) != 0))
		done = error_system(err, ERROR_IO, "key file %s", path);
	return done && file_sync_folder_of(path, err);
}

bool
keys_create(const char *path, struct error *err)
{
	struct key_file *file;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool done;

	if (fd < 0 && errno == EEXIST)
		return error_set(err, ERROR_REFUSED,
		    "key file %s: is there already; a new one could not read what the old one hid",
		    path);
	if (fd < 0)
		return error_system(err, ERROR_IO, "key file %s", path);
	file = memory_get(sizeof(*file));
	random_fill(file->store, KEY_BYTES);
	random_fill(file->sign, KEY_BYTES);
	file->vaults[0].generation = 1;
	random_fill(file->vaults[0].secret, KEY_BYTES);
	file->vault_count = 1;
	done = write_new(fd, path, file, err);
	memory_wipe(file, sizeof(*file));
	close(fd);
	if (!done)
		unlink(path);
	return done;
}

bool
keys_open(const char *path, struct keys **keys, struct error *err)
{
	struct keys *made = memory_get(sizeof(*made));

	if (!key_file_read(path, &made->file, err)) {
		keys_close(made);
		return false;
	}
	hmac_key_init(&made->derivation, made->file.store, KEY_BYTES);
	made->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	must(made->gcm != NULL, "AES-256-GCM");
	*keys = made;
	return true;
}

void
keys_close(struct keys *keys)
{
	if (!keys)
		return;
	EVP_CIPHER_free(keys->gcm);
	memory_wipe(keys, sizeof(*keys));
}

void
keys_derive(const struct keys *keys, struct text label, uint8_t secret[KEY_BYTES])
{
	struct buffer info = {0};

	/* T(1) of HKDF-Expand is all of it: 32 bytes are one block of SHA-256. */
	buffer_add_text(&info, label);
	buffer_add_byte(&info, 1);
	hmac_of(&keys->derivation, info.data, info.size, secret);
	buffer_fini(&info);
}

static const struct vault_key *
newest(const struct keys *keys)
{
	return &keys->file.vaults[keys->file.vault_count - 1];
}

static const struct vault_key *
find_vault(const struct keys *keys, uint32_t generation)
{
	size_t i;

	for (i = keys->file.vault_count; i--;)
		if (keys->file.vaults[i].generation == generation)
			return &keys->file.vaults[i];
	return NULL;
}

uint32_t
keys_vault_generation(const struct keys *keys)
{
	return newest(keys)->generation;
}

/* The file as it is now: written over only if it is still the one we read. */
static bool
check_unchanged(const struct keys *keys, const char *path, struct error *err)
{
	struct key_file *now = memory_get(sizeof(*now));
	bool done = key_file_read(path, now, err);

	if (done && memcmp(now, &keys->file, sizeof(*now)) != 0)
		done = error_set(err, ERROR_REFUSED,
		    "key file %s: changed since it was read; start again with the file as it is "
		    "now",
		    path);
	memory_wipe(now, sizeof(*now));
	return done;
}

/* Puts `file` on disk, then in force. */
static bool
replace_file(struct keys *keys, const char *path, const struct key_file *file, struct error *err)
{
	char *bytes;
	bool done;

	if (!check_unchanged(keys, path, err))
		return false;
	bytes = memory_get(KEY_FILE_BYTES_MAX);
	done = file_replace(path, (struct text){bytes, key_file_print(file, bytes)}, 0600, err);
	memory_wipe(bytes, KEY_FILE_BYTES_MAX);
	if (done)
		keys->file = *file;
	return done || error_within(err, "key file");
}

bool
keys_vault_rotate(struct keys *keys, const char *path, struct error *err)
{
	struct key_file *file;
	struct vault_key *vault;
	bool done;

	if (keys->file.vault_count == KEY_GENERATIONS_MAX ||
	    keys_vault_generation(keys) >= UINT32_MAX - 1)
		return error_set(err, ERROR_LIMIT,
		    "key file %s: holds %zu vault keys, the most there may be", path,
		    keys->file.vault_count);
	file = memory_get(sizeof(*file));
	*file = keys->file;
	vault = &file->vaults[file->vault_count++];
	vault->generation = keys_vault_generation(keys) + 1;
	random_fill(vault->secret, KEY_BYTES);
	done = replace_file(keys, path, file, err);
	memory_wipe(file, sizeof(*file));
	return done;
}

bool
keys_vault_forget(struct keys *keys, const char *path, struct error *err)
{
	struct key_file *file = memory_get(sizeof(*file));
	bool done;

	memcpy(file->store, keys->file.store, KEY_BYTES);
	memcpy(file->sign, keys->file.sign, KEY_BYTES);
	file->vaults[0] = *newest(keys);
	file->vault_count = 1;
	done = replace_file(keys, path, file, err);
	memory_wipe(file, sizeof(*file));
	return done;
}

/* The cipher has its key. */
static void
seal(EVP_CIPHER_CTX *cipher, uint32_t generation, const uint8_t nonce[NONCE_BYTES],
    struct text context, struct text plain, struct buffer *sealed)
{
	uint8_t *out;
	int size;

	assert(plain.size <= INT_MAX - 64 && context.size <= INT_MAX);
	buffer_add_u32(sealed, generation);
	buffer_add(sealed, nonce, NONCE_BYTES);
	buffer_reserve(sealed, plain.size + TAG_BYTES);
	out = sealed->data + sealed->size;
	must(EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, nonce) == 1 &&
		EVP_EncryptUpdate(
		    cipher, NULL, &size, (const uint8_t *)context.data, (int)context.size) == 1 &&
		EVP_EncryptUpdate(
		    cipher, out, &size, (const uint8_t *)plain.data, (int)plain.size) == 1 &&
		EVP_EncryptFinal_ex(cipher, out + size, &size) == 1 &&
		EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, out + plain.size) ==
		    1,
	    "to seal");
	sealed->size += plain.size + TAG_BYTES;
}

void
keys_seal(const struct keys *keys, struct text context, struct text plain, struct buffer *sealed)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	uint8_t nonce[NONCE_BYTES];

	random_fill(nonce, sizeof(nonce));
	must(cipher && EVP_EncryptInit_ex(cipher, keys->gcm, NULL, newest(keys)->secret, NULL) == 1,
	    "to seal");
	seal(cipher, newest(keys)->generation, nonce, context, plain, sealed);
	EVP_CIPHER_CTX_free(cipher);
}

#define SEALER_NONCES 128 /* drawn at once */

struct sealer {
	const struct keys *keys;
	EVP_CIPHER_CTX *cipher;
	uint32_t generation; /* whose key the cipher has; 0: none yet */
	size_t used;
	uint8_t nonces[SEALER_NONCES][NONCE_BYTES];
};

struct sealer *
sealer_open(const struct keys *keys)
{
	struct sealer *sealer = memory_get(sizeof(*sealer));

	sealer->keys = keys;
	sealer->cipher = EVP_CIPHER_CTX_new();
	must(sealer->cipher != NULL, "to seal");
	sealer->used = SEALER_NONCES;
	return sealer;
}

void
sealer_close(struct sealer *sealer)
{
	if (!sealer)
		return;
	EVP_CIPHER_CTX_free(sealer->cipher);
	memory_free(sealer);
}

void
sealer_seal(struct sealer *sealer, struct text context, struct text plain, struct buffer *sealed)
{
	const struct vault_key *vault = newest(sealer->keys);

	if (sealer->generation != vault->generation)
		must(EVP_EncryptInit_ex(
			 sealer->cipher, sealer->keys->gcm, NULL, vault->secret, NULL) == 1,
		    "to seal");
	sealer->generation = vault->generation;
	if (sealer->used == SEALER_NONCES) {
		random_fill(sealer->nonces, sizeof(sealer->nonces));
		sealer->used = 0;
	}
	seal(sealer->cipher, vault->generation, sealer->nonces[sealer->used++], context, plain,
	    sealed);
}

uint32_t
sealed_generation(struct text sealed)
{
	struct reader reader = reader_of(sealed);

	return sealed.size < SEAL_BYTES ? 0 : reader_u32(&reader);
}

/* Whether the tag holds; out gets `size` bytes either way. */
static bool
decrypt(const struct keys *keys, const struct vault_key *vault, struct text context,
    const uint8_t *nonce, const uint8_t *body, size_t size, uint8_t *out)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	uint8_t tag[TAG_BYTES];
	int count = 0;
	bool holds;

	memcpy(tag, body + size, TAG_BYTES);
	must(cipher && EVP_DecryptInit_ex(cipher, keys->gcm, NULL, vault->secret, nonce) == 1 &&
		EVP_DecryptUpdate(
		    cipher, NULL, &count, (const uint8_t *)context.data, (int)context.size) == 1 &&
		EVP_DecryptUpdate(cipher, out, &count, body, (int)size) == 1 &&
		EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1,
	    "to unseal");
	holds = EVP_DecryptFinal_ex(cipher, out + count, &count) == 1;
	EVP_CIPHER_CTX_free(cipher);
	return holds;
}

bool
keys_unseal(const struct keys *keys, struct text context, struct text sealed, struct buffer *plain,
    struct error *err)
{
	const uint8_t *nonce = (const uint8_t *)sealed.data + 4;
	const struct vault_key *vault;
	size_t size;

	if (sealed.size < SEAL_BYTES || sealed.size > INT_MAX || context.size > INT_MAX)
		return error_set(err, ERROR_DAMAGED, "%zu bytes are no sealed text", sealed.size);
	size = sealed.size - SEAL_BYTES;
	vault = find_vault(keys, sealed_generation(sealed));
	if (!vault)
		return error_set(err, ERROR_DAMAGED,
		    "sealed with vault key %u, which the key file does not hold",
		    sealed_generation(sealed));
	buffer_reserve(plain, size + 1);
	if (!decrypt(keys, vault, context, nonce, nonce + NONCE_BYTES, size,
		plain->data + plain->size)) {
		OPENSSL_cleanse(plain->data + plain->size, size);
		return error_set(err, ERROR_DAMAGED,
		    "sealed with another key, moved from another row, or altered");
	}
	plain->size += size;
	return true;
}

/* The names stand behind NUL, which is part of none: "a/b","c" is not "a","b/c". */
static void
derive_text(const struct keys *keys, struct text use, struct text dataset, struct text field,
    uint8_t secret[KEY_BYTES])
{
	struct buffer label = {0};

	buffer_add_text(&label, use);
	buffer_add_text(&label, dataset);
	buffer_add_byte(&label, 0);
	buffer_add_text(&label, field);
	keys_derive(keys, buffer_text(&label), secret);
	buffer_fini(&label);
}

void
keys_text_key(const struct keys *keys, struct text dataset, struct text field, struct text_key *key)
{
	EVP_CIPHER *ctr = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
	uint8_t secret[KEY_BYTES];

	derive_text(keys, TEXT("text-mac/"), dataset, field, secret);
	hmac_key_init(&key->mac, secret, sizeof(secret));
	derive_text(keys, TEXT("text-cipher/"), dataset, field, secret);
	key->cipher = EVP_CIPHER_CTX_new();
	must(ctr && key->cipher && EVP_EncryptInit_ex(key->cipher, ctr, NULL, secret, NULL) == 1,
	    "AES-256-CTR");
	EVP_CIPHER_free(ctr);
	OPENSSL_cleanse(secret, sizeof(secret));
}

void
text_key_fini(struct text_key *key)
{
	EVP_CIPHER_CTX_free(key->cipher);
	OPENSSL_cleanse(key, sizeof(*key));
}

void
text_key_mac(const struct text_key *key, struct text plain, uint8_t mac[TEXT_MAC_BYTES])
{
	uint8_t whole[SHA256_BYTES];

	hmac_of(&key->mac, plain.data, plain.size, whole);
	memcpy(mac, whole, TEXT_MAC_BYTES);
}

void
text_key_cipher(
    const struct text_key *key, const uint8_t mac[TEXT_MAC_BYTES], void *bytes, size_t size)
{
	int done;

	assert(size <= INT_MAX);
	must(EVP_EncryptInit_ex(key->cipher, NULL, NULL, NULL, mac) == 1 &&
		EVP_EncryptUpdate(key->cipher, bytes, &done, bytes, (int)size) == 1 &&
		(size_t)done == size,
	    "to hide a text");
}

static EVP_PKEY *
signing_key(const struct keys *keys)
{
	EVP_PKEY *key =
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, keys->file.sign, KEY_BYTES);

	must(key != NULL, "Ed25519");
	return key;
}

void
keys_sign(const struct keys *keys, struct text message, uint8_t signature[SIGNATURE_BYTES])
{
	EVP_PKEY *key = signing_key(keys);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t size = SIGNATURE_BYTES;

	must(context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		EVP_DigestSign(
		    context, signature, &size, (const uint8_t *)message.data, message.size) == 1 &&
		size == SIGNATURE_BYTES,
	    "to sign");
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

void
keys_public(const struct keys *keys, uint8_t public_key[KEY_BYTES])
{
	EVP_PKEY *key = signing_key(keys);
	size_t size = KEY_BYTES;

	must(EVP_PKEY_get_raw_public_key(key, public_key, &size) == 1, "a public key");
	EVP_PKEY_free(key);
}

bool
signature_check(const uint8_t public_key[KEY_BYTES], struct text message,
    const uint8_t signature[SIGNATURE_BYTES])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, KEY_BYTES);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool holds = key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(context, signature, SIGNATURE_BYTES, (const uint8_t *)message.data,
		message.size) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return holds;
}

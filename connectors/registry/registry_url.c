/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's own parser is asked, so that what was checked is what is called. */
#include "registry_url.h"

#include <curl/curl.h>
#include <strings.h>

#include "base/memory.h"

static bool
check_parts(CURLU *parts, struct error *err)
{
	char *scheme = NULL, *user = NULL, *password = NULL;
	bool good = true;

	if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0))
		good = error_set(err, ERROR_USAGE, "an address begins with http:// or https://");
	else if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK ||
	    curl_url_get(parts, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
		good = error_set(err, ERROR_USAGE,
		    "a name or password in the address: write it as schema.registry: {basic.auth: "
		    "\"${file:PATH}\"}");
	curl_free(scheme);
	curl_free(user);
	curl_free(password);
	return good;
}

static bool
check_one(const char *url, struct error *err)
{
	CURLU *parts = curl_url();
	bool good;

	if (!parts)
		memory_refused(0);
	if (curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		good = check_parts(parts, err);
	else
		good = error_set(err, ERROR_USAGE,
		    "not an address like http://registry:8081 (several: comma separated)");
	curl_url_cleanup(parts);
	return good;
}

/* What stands before the next comma, white space and slashes at its end left out. */
static struct text
next_item(struct text *rest)
{
	const char *comma = memchr(rest->data, ',', rest->size);
	size_t size = comma ? (size_t)(comma - rest->data) : rest->size;
	struct text item = {rest->data, size};

	rest->data += size + (comma != NULL);
	rest->size -= size + (comma != NULL);
	while (item.size && item.data[0] == ' ') {
		item.data++;
		item.size--;
	}
	while (item.size && (item.data[item.size - 1] == ' ' || item.data[item.size - 1] == '/'))
		item.size--;
	return item;
}

bool
registry_urls_read(const char *text, struct registry_urls *urls, struct error *err)
{
	struct text rest = text_of(text), item;

	*urls = (struct registry_urls){0};
	while (rest.size) {
		item = next_item(&rest);
		if (urls->count == REGISTRY_URLS_MAX)
			return error_set(
			    err, ERROR_USAGE, "more than %d addresses", REGISTRY_URLS_MAX);
		urls->items[urls->count] = memory_text_n(item.data, item.size);
		if (!check_one(urls->items[urls->count++], err))
			return false;
	}
	return urls->count || error_set(err, ERROR_USAGE, "no address");
}

bool
registry_urls_check(struct text text, struct error *err)
{
	char *terminated = memory_text_n(text.data, text.size);
	struct registry_urls urls;
	bool good = registry_urls_read(terminated, &urls, err);

	registry_urls_fini(&urls);
	memory_free(terminated);
	return good;
}

void
registry_urls_fini(struct registry_urls *urls)
{
	size_t i;

	for (i = 0; i < urls->count; i++)
		memory_free(urls->items[i]);
	*urls = (struct registry_urls){0};
}

static bool
is_plain(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	    (letter >= '0' && letter <= '9') || (letter && strchr("-._~", letter));
}

void
registry_url_segment(struct text text, struct buffer *out)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if (is_plain(text.data[i]))
			buffer_add_byte(out, (uint8_t)text.data[i]);
		else
			buffer_add_format(out, "%%%02X", (unsigned char)text.data[i]);
}

static bool
same_part(CURLU *a, CURLU *b, CURLUPart part)
{
	char *one = NULL, *other = NULL;
	bool same = curl_url_get(a, part, &one, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	    curl_url_get(b, part, &other, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	    strcasecmp(one, other) == 0;

	curl_free(one);
	curl_free(other);
	return same;
}

bool
registry_url_same_host(const char *from, const char *to)
{
	CURLU *a = curl_url(), *b = curl_url();
	bool same = false;

	if (!a || !b)
		memory_refused(0);
	if (curl_url_set(a, CURLUPART_URL, from, 0) == CURLUE_OK &&
	    curl_url_set(b, CURLUPART_URL, to, 0) == CURLUE_OK)
		same = same_part(a, b, CURLUPART_HOST) &&
		    (strncasecmp(to, "https:", 6) == 0 && strncasecmp(from, "http:", 5) == 0
			    ? true
			    : same_part(a, b, CURLUPART_SCHEME) && same_part(a, b, CURLUPART_PORT));
	curl_url_cleanup(a);
	curl_url_cleanup(b);
	return same;
}

bool
registry_url_apicurio(const char *url, struct buffer *out)
{
	static const char shape[] = "/apis/ccompat/v";
	const char *found = strstr(url, shape);

	if (!found || strlen(found) != sizeof(shape))
		return false;
	buffer_add(out, url, (size_t)(found - url));
	buffer_add_text(out, TEXT("/apis/registry/v2"));
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* schema.registry.url and schema.registry: each mistake with its place, and what is read. */
#include "registry_settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "base/memory.h"
#include "registry_url.h"

struct settings_case {
	const char *yaml, *expected; /* every problem, ';' between; "" : none */
};

static const struct settings_case cases[] = {
    {"url: http://registry:8081\n", ""},
    {"url: https://a:8081, http://b/apis/ccompat/v7/\n", ""},
    {"url: http://[::1]:8081\n", ""},
    {"url: registry:8081\n",
	"1:6 schema.registry.url: not an address like http://registry:8081 (several: comma "
	"separated)"},
    {"url: ftp://registry\n",
	"1:6 schema.registry.url: an address begins with http:// or https://"},
    {"url: file:///etc/passwd\n",
	"1:6 schema.registry.url: an address begins with http:// or https://"},
    {"url: 'http://a,,http://b'\n",
	"1:6 schema.registry.url: not an address like http://registry:8081 (several: comma "
	"separated)"},
    {"url: ''\n", "1:6 schema.registry.url: no address"},
    {"url: http://reader:secret@registry\n",
	"1:6 schema.registry.url: a name or password in the address: write it as schema.registry: "
	"{basic.auth: \"${file:PATH}\"}"},
    {"url: http://r\nmap: {basic.auth: '${file:secrets/r}', timeout: 10s, ask.again: 1m}\n", ""},
    {"url: http://r\nmap: {basic.auth: 'reader:${env:PASSWORD}'}\n", ""},
    {"url: http://r\nmap: {basic.auth: 'reader:secret'}\n",
	"2:19 basic.auth is a secret: write ${file:PATH} or ${env:NAME}, not the secret itself"},
    {"url: http://r\nmap: {bearer.auth.token: abc, ssl.key.password: def}\n",
	"2:6 ssl.key.password is of no use without ssl.key.location;"
	"2:26 bearer.auth.token is a secret: write ${file:PATH} or ${env:NAME}, not the secret "
	"itself;"
	"2:49 ssl.key.password is a secret: write ${file:PATH} or ${env:NAME}, not the secret "
	"itself"},
    {"url: http://r\nmap: {basic.auth: '${env:A}', bearer.auth: '${env:B}'}\n",
	"2:44 basic.auth and bearer.auth: give one of them"},
    {"url: http://r\nmap: {ssl.certificate.location: c.pem}\n",
	"2:6 ssl.certificate.location and ssl.key.location belong together"},
    {"url: http://r\nmap: {timeout: 1ms, answer.limit: 1G}\n",
	"2:16 timeout is out of its range: 100 to 300000 ms;"
	"2:35 answer.limit is out of its range: 1024 to 67108864 bytes"},
    {"url: http://r\nmap: {time.out: 5s}\n",
	"2:7 `time.out` is not known here: did you mean `timeout`?"},
    {"url: http://r\nmap: [1]\n", "2:6 schema.registry is a map of settings"},
    {"map: {timeout: 5s}\n", "1:6 schema.registry says how, schema.registry.url is missing"},
};

static void
print_problems(const struct yaml_problems *problems, char *out, size_t out_bytes)
{
	size_t i, used = 0;

	out[0] = 0;
	for (i = 0; i < problems->count; i++)
		used += (size_t)snprintf(out + used, out_bytes - used, "%s%u:%u %s", i ? ";" : "",
		    problems->items[i].line, problems->items[i].column,
		    problems->items[i].sentence);
}

static void
each_mistake_has_its_place(void **state)
{
	struct yaml_document *document;
	struct error err = {0};
	char found[2048];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct yaml_problems problems = {0};

		assert_true(yaml_parse("f", text_of(cases[i].yaml), &document, &err));
		registry_settings_check("f", yaml_find(document->root, "url"),
		    yaml_find(document->root, "map"), &problems);
		yaml_problems_sort(&problems, 0);
		print_problems(&problems, found, sizeof(found));
		assert_string_equal(found, cases[i].expected);
		yaml_problems_fini(&problems);
		yaml_close(document);
	}
}

/* Stands for the one who knows where secrets are. */
static bool
resolve(void *context, struct text written, char **value, struct error *err)
{
	if (!text_is(written, "${file:s}"))
		return error_set(err, ERROR_IO, "no such file");
	++*(int *)context;
	*value = memory_text("reader:secret");
	return true;
}

static bool
read_yaml(const char *yaml, const struct registry_secrets *secrets,
    struct registry_settings *settings, struct error *err)
{
	struct yaml_document *document;
	bool good;

	assert_true(yaml_parse("f", text_of(yaml), &document, err));
	good = registry_settings_read(yaml_find(document->root, "url"),
	    yaml_find(document->root, "map"), "folder", secrets, settings, err);
	yaml_close(document);
	return good;
}

static void
values_are_read_and_secrets_resolved(void **state)
{
	struct registry_settings settings, copy;
	int resolved = 0;
	struct registry_secrets secrets = {&resolved, resolve};
	struct error err = {0};

	assert_true(read_yaml("url: http://a, http://b\n"
			      "map: {basic.auth: '${file:s}', ssl.ca.location: ca.pem,\n"
			      "  ssl.certificate.location: /etc/c.pem, ssl.key.location: k.pem,\n"
			      "  timeout: 3s, answer.limit: 1M}\n",
	    &secrets, &settings, &err));
	assert_int_equal(resolved, 1);
	registry_settings_copy(&settings, &copy);
	registry_settings_fini(&settings);
	assert_string_equal(copy.urls, "http://a, http://b");
	assert_string_equal(copy.basic_auth, "reader:secret");
	assert_string_equal(copy.ca_file, "folder/ca.pem");
	assert_string_equal(copy.certificate_file, "/etc/c.pem");
	assert_string_equal(copy.key_file, "folder/k.pem");
	assert_null(copy.bearer_token);
	assert_int_equal(copy.total_ms, 3000);
	assert_int_equal(copy.connect_ms, 5000);
	assert_int_equal(copy.answer_bytes_max, 1 << 20);
	assert_int_equal(copy.ask_again_ms, 30000);
	registry_settings_fini(&copy);
}

static void
a_secret_that_cannot_be_had_is_told_by_its_key(void **state)
{
	struct registry_settings settings;
	int resolved = 0;
	struct registry_secrets secrets = {&resolved, resolve};
	struct error err = {0};

	assert_false(read_yaml(
	    "url: http://a\nmap: {bearer.auth: '${file:x}'}\n", &secrets, &settings, &err));
	assert_string_equal(err.text, "bearer.auth: no such file");
	registry_settings_fini(&settings);
}

static void
redirects_stay_on_the_host(void **state)
{
	static const struct {
		const char *from, *to;
		bool same;
	} pairs[] = {
	    {"http://a/x", "http://a/y", true},
	    {"http://a/x", "http://A:80/y", true},
	    {"http://a:8081/x", "https://a/y", true},
	    {"https://a/x", "http://a/y", false},
	    {"http://a:1/x", "http://a:2/y", false},
	    {"http://a/x", "http://b/x", false},
	    {"http://a/x", "http://a.b/x", false},
	    {"http://a/x", "http://a@b/x", false},
	    {"http://a/x", "file:///a/x", false},
	    {"http://a/x", "gopher://a/x", false},
	    {"http://a/x", "", false},
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_int_equal(registry_url_same_host(pairs[i].from, pairs[i].to), pairs[i].same);
}

static void
a_subject_is_one_segment_of_a_path(void **state)
{
	struct buffer out = {0};

	registry_url_segment(TEXT("a-b_c.d~e/../f ?x=%1\xc3\xa4"), &out);
	assert_true(text_is(buffer_text(&out), "a-b_c.d~e%2F..%2Ff%20%3Fx%3D%251%C3%A4"));
	buffer_fini(&out);
}

static void
apicurio_is_found_behind_its_copy_of_confluents_api(void **state)
{
	struct buffer out = {0};

	assert_true(registry_url_apicurio("http://h:1/p/apis/ccompat/v7", &out));
	assert_true(text_is(buffer_text(&out), "http://h:1/p/apis/registry/v2"));
	assert_false(registry_url_apicurio("http://h:8081", &out));
	assert_false(registry_url_apicurio("http://h/apis/ccompat/v7/x", &out));
	buffer_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_mistake_has_its_place),
	    cmocka_unit_test(values_are_read_and_secrets_resolved),
	    cmocka_unit_test(a_secret_that_cannot_be_had_is_told_by_its_key),
	    cmocka_unit_test(redirects_stay_on_the_host),
	    cmocka_unit_test(a_subject_is_one_segment_of_a_path),
	    cmocka_unit_test(apicurio_is_found_behind_its_copy_of_confluents_api),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

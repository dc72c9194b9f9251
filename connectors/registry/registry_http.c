/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's easy interface; its threaded resolver keeps to our times. */
#include "registry_http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/memory.h"
#include "registry_url.h"

struct registry_http {
	CURL *curl;
	struct curl_slist *headers;
	const struct registry_settings *settings;
	const atomic_bool *stop;
	struct http_answer *answer; /* of the request under way */
	size_t header_bytes;
	bool too_long; /* it was cut off */
	char detail[CURL_ERROR_SIZE];
};

static size_t
take_body(char *data, size_t size, size_t count, void *context)
{
	struct registry_http *http = context;
	struct buffer *body = &http->answer->body;

	if (size * count > (size_t)http->settings->answer_bytes_max - body->size) {
		http->too_long = true;
		return 0;
	}
	buffer_add(body, data, size * count);
	return size * count;
}

static size_t
take_header(char *data, size_t size, size_t count, void *context)
{
	struct registry_http *http = context;

	(void)data;
	http->header_bytes += size * count;
	if (http->header_bytes <= HTTP_HEADER_BYTES_MAX)
		return size * count;
	http->too_long = true;
	return 0;
}

static int
look_at_stop(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct registry_http *http = context;

	(void)a, (void)b, (void)c, (void)d;
	return http->stop && atomic_load(http->stop);
}

static void
set_bounds(struct registry_http *http)
{
	CURL *curl = http->curl;

	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)http->settings->connect_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)http->settings->total_ms);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "dyetrace");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, http->headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, http);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_at_stop);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->detail);
}

static void
set_credentials(CURL *curl, const struct registry_settings *settings)
{
	if (settings->basic_auth) {
		curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(curl, CURLOPT_USERPWD, settings->basic_auth);
	} else if (settings->bearer_token) {
		curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, settings->bearer_token);
	}
	if (settings->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
	if (settings->certificate_file)
		curl_easy_setopt(curl, CURLOPT_SSLCERT, settings->certificate_file);
	if (settings->key_file)
		curl_easy_setopt(curl, CURLOPT_SSLKEY, settings->key_file);
	if (settings->key_password)
		curl_easy_setopt(curl, CURLOPT_KEYPASSWD, settings->key_password);
}

static void
start_libcurl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

bool
registry_http_open(const struct registry_settings *settings, const atomic_bool *stop,
    struct registry_http **http, struct error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct registry_http *made = memory_get(sizeof(*made));

	pthread_once(&once, start_libcurl);
	made->curl = curl_easy_init();
	if (!made->curl) {
		memory_free(made);
		return error_set(err, ERROR_IO, "libcurl cannot be started");
	}
	made->settings = settings;
	made->stop = stop;
	made->headers = curl_slist_append(
	    NULL, "Accept: application/vnd.schemaregistry.v1+json, application/json");
	made->headers = curl_slist_append(
	    made->headers, "Content-Type: application/vnd.schemaregistry.v1+json");
	set_bounds(made);
	set_credentials(made->curl, settings);
	*http = made;
	return true;
}

void
registry_http_close(struct registry_http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->headers);
	memory_free(http);
}

static bool
say(struct registry_http *http, enum registry_trouble trouble, struct error *err,
    const char *sentence)
{
	http->answer->trouble = trouble;
	return error_set(err, ERROR_IO, "%s", sentence);
}

/* With what the library says beside: names of certificates, not of people. */
static bool
say_detail(struct registry_http *http, enum registry_trouble trouble, struct error *err,
    const char *sentence)
{
	char shown[300];

	say(http, trouble, err, sentence);
	if (http->detail[0])
		error_set(err, ERROR_IO, "%s (%s)", sentence,
		    text_show(text_of(http->detail), 200, shown, sizeof(shown)));
	return false;
}

static bool
say_late(struct registry_http *http, struct error *err)
{
	double connected = 0;

	curl_easy_getinfo(http->curl, CURLINFO_PRETRANSFER_TIME, &connected);
	http->answer->trouble = connected > 0 ? TROUBLE_TIME : TROUBLE_CONNECT;
	if (connected > 0)
		return error_set(err, ERROR_IO, "no whole answer within %lld ms",
		    (long long)http->settings->total_ms);
	return error_set(
	    err, ERROR_IO, "no connection within %lld ms", (long long)http->settings->connect_ms);
}

static bool
say_too_long(struct registry_http *http, struct error *err)
{
	http->answer->trouble = TROUBLE_ANSWER;
	if (http->header_bytes > HTTP_HEADER_BYTES_MAX)
		return error_set(err, ERROR_IO, "more than %zu bytes of HTTP headers: cut off",
		    HTTP_HEADER_BYTES_MAX);
	return error_set(err, ERROR_IO, "an answer of more than %lld bytes: cut off",
	    (long long)http->settings->answer_bytes_max);
}

/* TLS 1.3 tells a client that its certificate is wanted only after the handshake. */
static bool
say_broken_off(struct registry_http *http, struct error *err)
{
	if (strstr(http->detail, "alert"))
		return say_detail(http, TROUBLE_TLS, err, "it ends TLS connections");
	return say(http, TROUBLE_BROKEN_OFF, err, "the connection ended before the answer did");
}

static bool
say_failure(struct registry_http *http, CURLcode code, struct error *err)
{
	if (http->too_long)
		return say_too_long(http, err);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return say(http, TROUBLE_NAME, err, "the host's name is not known");
	case CURLE_COULDNT_CONNECT:
		return say(http, TROUBLE_CONNECT, err, "nobody answers there (connection refused)");
	case CURLE_OPERATION_TIMEDOUT:
		return say_late(http, err);
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return say_broken_off(http, err);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return say(
		    http, TROUBLE_BROKEN_OFF, err, "the connection ended before the answer did");
	case CURLE_PEER_FAILED_VERIFICATION:
		return say_detail(http, TROUBLE_CERTIFICATE, err, "its certificate is not trusted");
	case CURLE_SSL_CONNECT_ERROR:
		return say_detail(http, TROUBLE_TLS, err, "no TLS connection");
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
		return say_detail(
		    http, TROUBLE_OUR_FILES, err, "our certificate, key or CA file cannot be used");
	case CURLE_ABORTED_BY_CALLBACK:
		return say(http, TROUBLE_BROKEN_OFF, err, "given up: we are closing");
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return say(http, TROUBLE_ANSWER, err, "the answer is not HTTP");
	default:
		return say(http, TROUBLE_ANSWER, err, curl_easy_strerror(code));
	}
}

/* A peer that goes away must not end the process: SIGPIPE of this thread is taken away. */
static CURLcode
perform(CURL *curl)
{
	const struct timespec none = {0};
	sigset_t pipe_only, before;
	CURLcode code;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
	code = curl_easy_perform(curl);
	if (!sigismember(&before, SIGPIPE)) {
		while (sigtimedwait(&pipe_only, NULL, &none) == SIGPIPE)
			;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	return code;
}

static bool
send_once(struct registry_http *http, const char *url, struct text body, struct error *err)
{
	CURLcode code;

	http->answer->body.size = 0;
	http->answer->status = 0;
	http->header_bytes = 0;
	http->too_long = false;
	http->detail[0] = 0;
	curl_easy_setopt(http->curl, CURLOPT_URL, url);
	if (body.data) {
		curl_easy_setopt(http->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, body.data);
		curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
	} else {
		curl_easy_setopt(http->curl, CURLOPT_HTTPGET, 1L);
	}
	code = perform(http->curl);
	if (code != CURLE_OK)
		return say_failure(http, code, err);
	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &http->answer->status);
	return true;
}

/* Where a 3xx points to, if it may be followed; gives (libcurl's, until the next request: copied). */
static char *
redirect_of(struct registry_http *http, const char *url, struct error *err)
{
	char *to = NULL;

	curl_easy_getinfo(http->curl, CURLINFO_REDIRECT_URL, &to);
	http->answer->trouble = TROUBLE_REDIRECT;
	if (!to)
		error_set(
		    err, ERROR_IO, "answers %ld, a redirect to nowhere", http->answer->status);
	else if (!registry_url_same_host(url, to))
		error_set(err, ERROR_IO, "answers %ld, a redirect to another host: not followed",
		    http->answer->status);
	else
		return memory_text(to);
	return NULL;
}

bool
registry_http_send(struct registry_http *http, const char *url, struct text body,
    struct http_answer *answer, struct error *err)
{
	char *now = memory_text(url), *to;
	int left = HTTP_REDIRECTS_MAX;
	bool good;

	http->answer = answer;
	answer->trouble = TROUBLE_NONE;
	while ((good = send_once(http, now, body, err)) && answer->status / 100 == 3) {
		to = left-- ? redirect_of(http, now, err) : NULL;
		if (left < 0)
			say(http, TROUBLE_REDIRECT, err, "redirects in a circle");
		memory_free(now);
		now = to;
		if (!now)
			return false;
		answer->trouble = TROUBLE_NONE;
	}
	memory_free(now);
	return good;
}

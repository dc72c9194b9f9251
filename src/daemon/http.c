/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd reads requests; here is what it may take, the table of paths and their answers. */
#include "http.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "metrics_table.h"

#define CONNECTIONS_MAX 16u
#define REQUEST_BYTES_MAX ((size_t)8 << 10)
#define IDLE_S 5u
/* From the first byte to the last. */
#define CONNECTION_MS (int64_t)(15 * 1000)
/* The store's folders are looked at no oftener. */
#define SIZES_EVERY_MS 10000

struct connection {
	int fd; /* -1: free */
	int64_t since_ms;
};

struct http {
	struct MHD_Daemon *server;
	struct board *board;
	const char *store;
	pthread_mutex_t mutex; /* of the connections */
	struct connection connections[CONNECTIONS_MAX];
	/* the server's thread's own */
	struct store_sizes sizes;
	int64_t sized_ms;
};

/* --- answers -------------------------------------------------------------------------- */

static unsigned
answer_metrics(struct http *http, struct buffer *out)
{
	struct moment moment = {0};
	struct log_counts lines;
	int64_t now = monotonic_ms(), age;

	if (now - http->sized_ms >= SIZES_EVERY_MS) {
		store_sizes_read(http->store, &http->sizes);
		http->sized_ms = now;
	}
	log_counts(&lines);
	board_lives(http->board, &age);
	process_read(&moment.process);
	moment.sizes = http->sizes;
	moment.turn_age_s = (double)age / 1e3;
	memcpy(moment.log_lines, lines.lines, sizeof(moment.log_lines));
	moment.log_dropped = lines.dropped;
	moment.board = http->board;
	pthread_mutex_lock(&http->board->mutex);
	moment.figures = &http->board->shown->ingest;
	moment.publisher_count = http->board->shown->publisher_count;
	moment.publishers = http->board->shown->publishers;
	metrics_print(&moment, out);
	pthread_mutex_unlock(&http->board->mutex);
	return MHD_HTTP_OK;
}

static unsigned
answer_live(struct http *http, struct buffer *out)
{
	int64_t age;
	bool lives = board_lives(http->board, &age);

	if (lives)
		buffer_add_text(out, TEXT("live\n"));
	else
		buffer_add_format(
		    out, "the route hangs: its loop turned last %.1f s ago\n", (double)age / 1e3);
	return lives ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned
answer_ready(struct http *http, struct buffer *out)
{
	struct board *board = http->board;
	int64_t age;
	bool ready;

	if (!board_lives(board, &age))
		return answer_live(http, out);
	pthread_mutex_lock(&board->mutex);
	ready = board->open && !*board->trouble;
	buffer_add_format(out, "%s\n", ready ? "ready" : board->trouble);
	pthread_mutex_unlock(&board->mutex);
	return ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned
answer_index(struct http *http, struct buffer *out)
{
	(void)http;
	buffer_add_text(out,
	    TEXT("dyetrace\n/metrics  figures, for Prometheus\n/livez    does the route's loop "
		 "turn?\n/readyz   are the sources open, and can the store be written?\n"));
	return MHD_HTTP_OK;
}

static const struct {
	const char *path;
	unsigned (*answer)(struct http *http, struct buffer *out); /* gives the status */
} pages[] = {
    {"/metrics", answer_metrics},
    {"/livez", answer_live},
    {"/readyz", answer_ready},
    {"/", answer_index},
};

static unsigned
answer(struct http *http, const char *path, const char *method, struct buffer *out)
{
	size_t i;

	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		buffer_add_text(out, TEXT("only GET and HEAD are answered\n"));
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	}
	for (i = 0; i < ARRAY_COUNT(pages); i++)
		if (strcmp(path, pages[i].path) == 0)
			return pages[i].answer(http, out);
	buffer_add_text(out, TEXT("there is /metrics, /livez and /readyz\n"));
	return MHD_HTTP_NOT_FOUND;
}

/* --- the server ----------------------------------------------------------------------- */

static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *path, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **request)
{
	struct buffer out = {0};
	unsigned status = answer(context, path, method, &out);
	struct MHD_Response *response;
	enum MHD_Result done;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)request;
	response = MHD_create_response_from_buffer(out.size, out.data, MHD_RESPMEM_MUST_COPY);
	buffer_fini(&out);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
	    strcmp(path, "/metrics") == 0 ? "text/plain; version=0.0.4; charset=utf-8"
					  : "text/plain; charset=utf-8");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	done = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return done;
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **own,
    enum MHD_ConnectionNotificationCode code)
{
	struct http *http = context;
	struct connection *place = *own;
	size_t i;

	pthread_mutex_lock(&http->mutex);
	if (code == MHD_CONNECTION_NOTIFY_CLOSED && place)
		place->fd = -1;
	for (i = 0; code == MHD_CONNECTION_NOTIFY_STARTED && i < CONNECTIONS_MAX; i++) {
		place = &http->connections[i];
		if (place->fd >= 0)
			continue;
		*place = (struct connection){
		    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd,
		    monotonic_ms()};
		*own = place;
		break;
	}
	pthread_mutex_unlock(&http->mutex);
}

void
http_sweep(struct http *http)
{
	int64_t now = monotonic_ms();
	size_t i;

	if (!http)
		return;
	pthread_mutex_lock(&http->mutex);
	for (i = 0; i < CONNECTIONS_MAX; i++)
		if (http->connections[i].fd >= 0 &&
		    now - http->connections[i].since_ms > CONNECTION_MS)
			shutdown(http->connections[i].fd, SHUT_RDWR);
	pthread_mutex_unlock(&http->mutex);
}

/* What the library has to say of bad requests is nobody's trouble. */
static void
quiet(void *context, const char *format, va_list args)
{
	(void)context;
	(void)format;
	(void)args;
}

static struct MHD_Daemon *
start(struct http *http, const struct address *address)
{
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ERROR_LOG;

	if (address->socket.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER,
	    quiet, NULL, MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&address->socket,
	    MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    REQUEST_BYTES_MAX, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, http, MHD_OPTION_END);
}

bool
http_open(const char *listen, struct board *board, const char *store, struct http **out,
    struct error *err)
{
	struct http *http;
	struct address address;
	size_t i;

	if (!address_parse(text_of(listen), &address, err))
		return false;
	http = memory_get(sizeof(*http));
	http->board = board;
	http->store = store;
	http->sized_ms = INT64_MIN / 2;
	for (i = 0; i < CONNECTIONS_MAX; i++)
		http->connections[i].fd = -1;
	pthread_mutex_init(&http->mutex, NULL);
	http->server = start(http, &address);
	if (http->server) {
		*out = http;
		return true;
	}
	error_system(err, ERROR_IO, "metrics cannot be served on %s", listen);
	pthread_mutex_destroy(&http->mutex);
	memory_free(http);
	return false;
}

void
http_close(struct http *http)
{
	if (!http)
		return;
	MHD_stop_daemon(http->server);
	pthread_mutex_destroy(&http->mutex);
	memory_free(http);
}

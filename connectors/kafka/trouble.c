/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table: the first row whose code and words fit gives the sentence. The
 * words are pieces of librdkafka's and OpenSSL's messages; where they change, the
 * row of the code alone is left, which is right too, if less precise.
 */
#include "trouble.h"

#include <stdio.h>
#include <string.h>

#define ANY RD_KAFKA_RESP_ERR_NO_ERROR

struct trouble {
	rd_kafka_resp_err_t code; /* ANY: whatever it is */
	const char *word;         /* somewhere in the reason; NULL: whatever it is */
	bool is_setting;
	const char *sentence;
};

static const struct trouble troubles[] = {
    {ANY, "certificate verify failed", true,
	"the broker's certificate is not trusted: let `ssl.ca.location` name the file of the CA "
	"that signed it; if it does, the certificate has expired, or is made out to another host "
	"name than `bootstrap.servers` has"},
    {ANY, "unable to get local issuer", true,
	"the broker's certificate is not trusted: let `ssl.ca.location` name the file of the CA "
	"that signed it; if it does, the certificate has expired, or is made out to another host "
	"name than `bootstrap.servers` has"},
    {ANY, "hostname mismatch", true,
	"the broker's certificate is made out to another host name: name the broker as its "
	"certificate does"},
    {ANY, "wrong version number", true,
	"this port of the broker does not speak TLS: set `security.protocol` to PLAINTEXT or "
	"SASL_PLAINTEXT, or name the broker's TLS port"},
    {ANY, "unexpected eof", true,
	"the broker hung up at the first word of TLS: this port does not speak TLS (set "
	"`security.protocol` to PLAINTEXT or SASL_PLAINTEXT, or name the broker's TLS port), or it "
	"does not like the client's certificate"},
    {ANY, "connecting to a SSL listener", true,
	"the broker hung up at the first word, as a TLS port does when it is spoken to in plain: "
	"set `security.protocol` to SSL or SASL_SSL, or name the plain port"},
    {ANY, "connecting to a PLAINTEXT listener", true,
	"this port of the broker does not speak TLS: set `security.protocol` to PLAINTEXT or "
	"SASL_PLAINTEXT, or name the broker's TLS port"},
    {ANY, "might require SASL authentication", true,
	"the broker hung up at the first word, as a port does that wants a login: set "
	"`security.protocol` to SASL_PLAINTEXT or SASL_SSL, with `sasl.mechanism`, "
	"`sasl.username` and `sasl.password`"},
    {ANY, "ssl.ca.location failed", true,
	"the file of `ssl.ca.location` cannot be read as certificates (PEM): correct its name, "
	"which is relative to the settings' folder"},
    {ANY, "ssl.certificate.location failed", true,
	"the file of `ssl.certificate.location` cannot be read as a certificate (PEM)"},
    {ANY, "ssl.key.location failed", true,
	"the file of `ssl.key.location` cannot be read as a key (PEM); is `ssl.key.password` "
	"right?"},
    {ANY, "unsupported mechanism", true,
	"the broker does not offer this `sasl.mechanism`: use one that it does (PLAIN, "
	"SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, GSSAPI)"},
    {ANY, "Unsupported SASL mechanism", true,
	"the broker does not offer this `sasl.mechanism`: use one that it does (PLAIN, "
	"SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, GSSAPI)"},
    {ANY, "SASL handshake", true,
	"the broker's port asks for no login: set `security.protocol` to PLAINTEXT or SSL, or "
	"name its SASL port"},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, NULL, true,
	"the broker refuses the login: `sasl.username` or `sasl.password` is wrong, or the user "
	"does not exist"},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, NULL, true,
	"the broker refuses the login: `sasl.username` or `sasl.password` is wrong, or the user "
	"does not exist"},
    {ANY, "certificate required", true,
	"the broker wants a certificate of the client: name one by `ssl.certificate.location` and "
	"`ssl.key.location`"},
    {ANY, "bad certificate", true,
	"the broker wants a certificate of the client that it trusts: name one by "
	"`ssl.certificate.location` and `ssl.key.location`"},
    {RD_KAFKA_RESP_ERR__SSL, NULL, true,
	"no TLS with the broker: see `security.protocol` and the `ssl.` settings"},
    {ANY, "Broken pipe", false,
	"the broker hung up before it answered: was it ended just now, or does this port want a "
	"login or "
	"TLS (`security.protocol`)?"},
    {ANY, "Connection reset", false,
	"the broker hung up before it answered: was it ended just now, or does this port want a "
	"login or "
	"TLS (`security.protocol`)?"},
    {ANY, "Disconnected", false,
	"the broker hung up before it answered: was it ended just now, or does this port want a "
	"login or "
	"TLS (`security.protocol`)?"},
    {ANY, "Connection refused", false,
	"nothing listens there: is the broker running, and is the port right?"},
    {RD_KAFKA_RESP_ERR__RESOLVE, NULL, false,
	"there is no such host: is the name right, and does this machine's DNS know it?"},
    {ANY, "Failed to resolve", false,
	"there is no such host: is the name right, and does this machine's DNS know it?"},
    {ANY, "setup timed out", false,
	"the broker does not answer: is a firewall between, or is it the wrong host?"},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, false,
	"the broker does not answer in time: is a firewall between, or is it the wrong host?"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, NULL, true,
	"not allowed: an ACL must give this user READ and DESCRIBE on the topic"},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, NULL, true,
	"not allowed: an ACL must give this user READ on the group of `group.id`"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, NULL, true,
	"not allowed: an ACL of the cluster is missing for this user"},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, NULL, true,
	"not allowed: an ACL must give this user WRITE and DESCRIBE on the transactional id"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, NULL, true,
	"there is no such topic: is its name right, and is it the right cluster?"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, NULL, true,
	"there is no such topic: is its name right, and is it the right cluster?"},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, NULL, true, "this is no name that a topic can have"},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, NULL, false, "no broker can be reached"},
    {RD_KAFKA_RESP_ERR__TRANSPORT, NULL, false, "the connection to the broker broke"},
};

static const struct trouble *
trouble_find(rd_kafka_resp_err_t code, const char *reason)
{
	size_t i;

	for (i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
		const struct trouble *row = &troubles[i];

		if ((row->code == ANY || row->code == code) &&
		    (!row->word || (reason && strcasestr(reason, row->word))))
			return row;
	}
	return NULL;
}

bool
kafka_trouble_is_setting(rd_kafka_resp_err_t code, const char *reason)
{
	const struct trouble *row = trouble_find(code, reason);

	return row && row->is_setting;
}

/* librdkafka puts a count of retries and times behind; they change each time. */
static size_t
reason_size(const char *reason)
{
	const char *end = strstr(reason, " (after ");

	return end ? (size_t)(end - reason) : strlen(reason);
}

const char *
kafka_trouble_text(rd_kafka_resp_err_t code, const char *reason, char *out, size_t out_bytes)
{
	const struct trouble *row = trouble_find(code, reason);

	if (row && reason && *reason)
		snprintf(
		    out, out_bytes, "%s (%.*s)", row->sentence, (int)reason_size(reason), reason);
	else if (row)
		snprintf(out, out_bytes, "%s", row->sentence);
	else if (reason && *reason)
		snprintf(out, out_bytes, "%.*s", (int)reason_size(reason), reason);
	else
		snprintf(out, out_bytes, "%s", rd_kafka_err2str(code));
	return out;
}

void
kafka_trouble_note(struct kafka_trouble *trouble, int code, const char *reason)
{
	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && trouble->code)
		return;
	if (trouble->code && kafka_trouble_is_setting(trouble->code, trouble->reason) &&
	    !kafka_trouble_is_setting((rd_kafka_resp_err_t)code, reason))
		return;
	trouble->code = (rd_kafka_resp_err_t)code;
	snprintf(trouble->reason, sizeof(trouble->reason), "%s", reason ? reason : "");
}

const char *
kafka_trouble_seen(const struct kafka_trouble *trouble, char *out, size_t out_bytes)
{
	return kafka_trouble_text(trouble->code ? trouble->code : RD_KAFKA_RESP_ERR__TIMED_OUT,
	    trouble->reason, out, out_bytes);
}

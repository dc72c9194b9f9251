/* SPDX-License-Identifier: Apache-2.0 */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Fills topics, in transactions too. */
final class Production {
	private final Clients clients;
	private final Map<String, Producer<byte[], byte[]>> open = new ConcurrentHashMap<>();

	Production(Clients clients) {
		this.clients = clients;
	}

	/** Where records went: "partitions": {"0": [first, last, how many]}. Callbacks come from one thread. */
	private static final class Written {
		final Map<Integer, long[]> partitions = new TreeMap<>();
		final AtomicReference<Exception> trouble = new AtomicReference<>();

		synchronized void note(RecordMetadata at, Exception exception) {
			if (exception != null) {
				trouble.compareAndSet(null, exception);
				return;
			}
			long[] span = partitions.computeIfAbsent(at.partition(), none -> new long[] {at.offset(), at.offset(), 0});
			span[0] = Math.min(span[0], at.offset());
			span[1] = Math.max(span[1], at.offset());
			span[2]++;
		}

		synchronized ObjectNode answer() throws Exception {
			if (trouble.get() != null)
				throw trouble.get();
			ObjectNode answer = Hand.JSON.createObjectNode();
			ObjectNode list = answer.putObject("partitions");
			partitions.forEach((number, span) -> list.putArray(String.valueOf(number)).add(span[0]).add(span[1]).add(span[2]));
			return answer;
		}
	}

	/** Holds a rate of records a second; 0: as fast as it goes. */
	private static final class Pace {
		private final double rate;
		private final long from = System.nanoTime();
		private long sent;

		Pace(double rate) {
			this.rate = rate;
		}

		void step() throws InterruptedException {
			if (rate <= 0)
				return;
			long due = from + (long) (++sent * 1e9 / rate);
			long early = due - System.nanoTime();
			if (early > 1_000_000)
				Thread.sleep(early / 1_000_000);
		}
	}

	/**
	 * {"topic", "partition" (none: by key), "transaction" (a name that is open), "schema": {"id", "text"},
	 * "rate"} and either "records" or "file". A record: {"value" | "json" | "avro", "key", "partition",
	 * "timestamp", "headers": [[name, value]], "times": n}.
	 */
	ObjectNode produce(JsonNode wanted) throws Exception {
		Producer<byte[], byte[]> producer = wanted.has("transaction")
		    ? open.get(wanted.get("transaction").asText())
		    : clients.producer(wanted);
		Written written = new Written();
		if (wanted.has("file"))
			fromFile(wanted, producer, written);
		else
			fromList(wanted, producer, written);
		producer.flush();
		return written.answer();
	}

	private static ProducerRecord<byte[], byte[]> record(JsonNode wanted, JsonNode one, byte[] key, byte[] value) {
		JsonNode partition = one.has("partition") ? one.get("partition") : wanted.path("partition");
		JsonNode topic = one.has("topic") ? one.get("topic") : wanted.required("topic");
		ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic.asText(),
		    partition.isInt() ? partition.asInt() : null,
		    one.has("timestamp") ? one.get("timestamp").asLong() : null, key, value);
		for (JsonNode header : one.has("headers") ? one.get("headers") : wanted.path("headers"))
			record.headers().add(header.get(0).asText(), Values.plain(header.path(1)));
		return record;
	}

	private static void fromList(JsonNode wanted, Producer<byte[], byte[]> producer, Written written) throws Exception {
		Values.Avro avro = wanted.has("schema") ? new Values.Avro(wanted.get("schema")) : null;
		Pace pace = new Pace(wanted.path("rate").asDouble());
		for (JsonNode one : wanted.required("records")) {
			byte[] value = one.has("avro") ? avro.bytes(one.get("avro"))
			    : one.has("json")          ? Hand.JSON.writeValueAsBytes(one.get("json"))
			                               : Values.plain(one.path("value"));
			for (int i = 0; i < one.path("times").asInt(1); i++) {
				producer.send(record(wanted, one, Values.plain(one.path("key")), value), written::note);
				pace.step();
			}
		}
	}

	/**
	 * "file": a JSON object a line, "from" and "to" (lines, from 0), "key": the field that is the key, "by":
	 * the field that names the topic, "stamp": the field whose ISO time is the timestamp. Without a schema
	 * the line's bytes are the value.
	 */
	private static void fromFile(JsonNode wanted, Producer<byte[], byte[]> producer, Written written) throws Exception {
		Values.Avro avro = wanted.has("schema") ? new Values.Avro(wanted.get("schema")) : null;
		Pace pace = new Pace(wanted.path("rate").asDouble());
		long from = wanted.path("from").asLong(0), to = wanted.path("to").asLong(Long.MAX_VALUE);
		try (BufferedReader lines = Files.newBufferedReader(Path.of(wanted.get("file").asText()))) {
			String line;
			for (long i = 0; i < to && (line = lines.readLine()) != null; i++) {
				if (i < from || line.isBlank())
					continue;
				if (written.trouble.get() != null)
					return;
				JsonNode json = Hand.JSON.readTree(line);
				byte[] value = avro == null ? line.getBytes(StandardCharsets.UTF_8) : avro.bytes(json);
				producer.send(record(wanted, place(wanted, json), key(wanted, json), value), written::note);
				pace.step();
			}
		}
	}

	private static byte[] key(JsonNode wanted, JsonNode line) {
		return wanted.has("key") ? Values.plain(line.path(wanted.get("key").asText())) : null;
	}

	private static JsonNode place(JsonNode wanted, JsonNode line) {
		ObjectNode one = Hand.JSON.createObjectNode();
		if (wanted.has("stamp"))
			one.put("timestamp", Instant.parse(line.get(wanted.get("stamp").asText()).asText()).toEpochMilli());
		if (wanted.has("by"))
			one.set("topic", line.get(wanted.get("by").asText()));
		return one;
	}

	/**
	 * {"name", "act"}. begin: a producer of this transactional id begins; commit, abort: ends it, and begins
	 * the next with "again"; hang: the producer is dropped as if its process had died, nothing ends the
	 * transaction but the broker's "timeout_ms" (given with begin).
	 */
	ObjectNode transaction(JsonNode wanted) throws Exception {
		String name = wanted.required("name").asText();
		String act = wanted.required("act").asText();
		Producer<byte[], byte[]> producer = open.get(name);
		switch (act) {
		case "begin" -> {
			producer = Clients.producer(wanted, Map.of("transactional.id", name,
			    "transaction.timeout.ms", String.valueOf(wanted.path("timeout_ms").asInt(60_000))));
			producer.initTransactions();
			producer.beginTransaction();
			open.put(name, producer);
		}
		case "commit" -> producer.commitTransaction();
		case "abort" -> producer.abortTransaction();
		case "hang" -> open.remove(name); /* still connected, silent: what it wrote stays open */
		default -> throw new IllegalArgumentException("no act " + act);
		}
		if (act.equals("commit") || act.equals("abort")) {
			if (wanted.path("again").asBoolean()) {
				producer.beginTransaction();
			} else {
				open.remove(name);
				producer.close(Duration.ZERO);
			}
		}
		return Hand.JSON.createObjectNode();
	}
}

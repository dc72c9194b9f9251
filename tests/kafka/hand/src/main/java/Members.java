/* SPDX-License-Identifier: Apache-2.0 */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Strangers in a consumer group: they subscribe, read, commit, leave, and come again. */
final class Members {
	private static final class Crowd {
		final AtomicBoolean ends = new AtomicBoolean();
		final AtomicLong joins = new AtomicLong();
		final List<Thread> threads = new ArrayList<>();
	}

	private final Map<String, Crowd> crowds = new ConcurrentHashMap<>();

	private static Consumer<byte[], byte[]> stranger(JsonNode wanted) {
		Properties properties = Clients.basics(wanted);
		properties.put("group.id", wanted.required("group").asText());
		properties.put("auto.offset.reset", "earliest");
		properties.put("enable.auto.commit", "true");
		properties.put("auto.commit.interval.ms", "300");
		return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
	}

	private static void live(JsonNode wanted, Crowd crowd, long stayMs) {
		List<String> topics = new ArrayList<>();
		wanted.required("topics").forEach(topic -> topics.add(topic.asText()));
		while (!crowd.ends.get()) {
			try (Consumer<byte[], byte[]> consumer = stranger(wanted)) {
				long end = System.currentTimeMillis() + stayMs;
				consumer.subscribe(topics);
				crowd.joins.incrementAndGet();
				while (System.currentTimeMillis() < end && !crowd.ends.get())
					consumer.poll(Duration.ofMillis(100));
			} catch (RuntimeException trouble) {
				/* Being refused is part of being a stranger: comes again. */
				crowd.joins.incrementAndGet();
			}
		}
	}

	/** {"group", "topics", "count": 5, "every_ms": 2000}: until leave. */
	ObjectNode join(JsonNode wanted) {
		Crowd crowd = new Crowd();
		long every = wanted.path("every_ms").asLong(2000);
		crowds.put(wanted.required("group").asText(), crowd);
		for (int i = 0; i < wanted.path("count").asInt(5); i++) {
			Thread thread = new Thread(() -> live(wanted, crowd, every));
			crowd.threads.add(thread);
			thread.start();
		}
		return Hand.JSON.createObjectNode();
	}

	/** {"group"}: all go; how often one has joined. */
	ObjectNode leave(JsonNode wanted) throws InterruptedException {
		Crowd crowd = crowds.remove(wanted.required("group").asText());
		crowd.ends.set(true);
		for (Thread thread : crowd.threads)
			thread.join();
		return Hand.JSON.createObjectNode().put("joins", crowd.joins.get());
	}
}

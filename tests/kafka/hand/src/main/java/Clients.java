/* SPDX-License-Identifier: Apache-2.0 */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One admin for each bootstrap address, one producer for each and its "client" settings, made when first
 * asked for.
 */
final class Clients {
	private final Map<String, Admin> admins = new HashMap<>();
	private final Map<String, Producer<byte[], byte[]>> producers = new HashMap<>();

	/** What every client is given: tests take brokers away, so look often and give up late. */
	static Properties basics(JsonNode wanted) {
		Properties properties = new Properties();
		properties.put("bootstrap.servers", wanted.required("broker").asText());
		properties.put("reconnect.backoff.ms", "50");
		properties.put("reconnect.backoff.max.ms", "500");
		properties.put("request.timeout.ms", "10000");
		properties.put("default.api.timeout.ms", "60000");
		wanted.path("client").properties().forEach(
		    entry -> properties.put(entry.getKey(), entry.getValue().asText()));
		return properties;
	}

	static Producer<byte[], byte[]> producer(JsonNode wanted, Map<String, String> more) {
		Properties properties = basics(wanted);
		properties.put("linger.ms", "5");
		properties.put("batch.size", "65536");
		properties.put("max.request.size", "20000000");
		properties.put("buffer.memory", "50000000");
		properties.put("delivery.timeout.ms", "120000");
		/* Of several under way, the first may be refused by a leader that is none yet and the second be taken:
		 * a broker that has not seen this producer takes any number as its first, and the first one never. */
		properties.put("max.in.flight.requests.per.connection", "1");
		properties.putAll(more);
		return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
	}

	synchronized Admin admin(JsonNode wanted) {
		return admins.computeIfAbsent(
		    wanted.required("broker").asText(), broker -> Admin.create(basics(wanted)));
	}

	synchronized Producer<byte[], byte[]> producer(JsonNode wanted) {
		return producers.computeIfAbsent(wanted.required("broker").asText() + " " + wanted.path("client"),
		    which -> producer(wanted, Map.of()));
	}

	/** {"do":"forget"}: ends the clients of a broker that will not come back. */
	synchronized ObjectNode forget(JsonNode wanted) {
		String broker = wanted.required("broker").asText();
		Admin admin = admins.remove(broker);
		if (admin != null)
			admin.close(Duration.ZERO);
		producers.entrySet().removeIf(one -> {
			boolean its = one.getKey().startsWith(broker + " ");
			if (its)
				one.getValue().close(Duration.ZERO);
			return its;
		});
		return Hand.JSON.createObjectNode();
	}
}

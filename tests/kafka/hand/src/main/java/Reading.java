/* SPDX-License-Identifier: Apache-2.0 */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads as Kafka's own consumer does. The digest here and the tracker's (src/model/partition.h) have
 * nothing in common but the rule: SHA-256 over, of each record in order, its value's length (4 bytes, big
 * endian), the value, and zeros up to the next multiple of 64 bytes. A null value has length 0.
 */
final class Reading {
	private static final int BLOCK_BYTES = 64;

	private static Consumer<byte[], byte[]> consumer(JsonNode wanted) {
		Properties properties = Clients.basics(wanted);
		properties.put("isolation.level", wanted.path("isolation").asText("read_committed"));
		properties.put("enable.auto.commit", "false");
		properties.put("auto.offset.reset", "none");
		properties.put("fetch.max.wait.ms", "50");
		return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
	}

	private interface Visitor {
		void visit(ConsumerRecord<byte[], byte[]> record) throws Exception;
	}

	/** All records from the offset on and below `to`; back when the position has passed it. */
	private static void walk(Consumer<byte[], byte[]> consumer, TopicPartition partition, long from, long to, Visitor visitor)
	    throws Exception {
		long end = System.currentTimeMillis() + 60_000;
		consumer.assign(List.of(partition));
		consumer.seek(partition, from);
		while (consumer.position(partition) < to) {
			if (System.currentTimeMillis() > end)
				throw new IllegalStateException(
				    partition + ": nothing beyond " + consumer.position(partition) + ", wanted up to " + to);
			for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
				if (record.offset() < to)
					visitor.visit(record);
				end = System.currentTimeMillis() + 60_000;
			}
		}
	}

	private static void feed(MessageDigest digest, byte[] value) {
		byte[] content = value == null ? new byte[0] : value;
		int rest = (Integer.BYTES + content.length) % BLOCK_BYTES;
		digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(content.length).array());
		digest.update(content);
		if (rest > 0)
			digest.update(new byte[BLOCK_BYTES - rest]);
	}

	/** {"partitions": [{"topic", "partition", "from", "to"}]}: records and digest of each. */
	ObjectNode digest(JsonNode wanted) throws Exception {
		ObjectNode answer = Hand.JSON.createObjectNode();
		ArrayNode list = answer.putArray("partitions");
		try (Consumer<byte[], byte[]> consumer = consumer(wanted)) {
			for (JsonNode one : wanted.required("partitions")) {
				MessageDigest digest = MessageDigest.getInstance("SHA-256");
				long[] records = {0};
				TopicPartition partition = new TopicPartition(one.required("topic").asText(), one.required("partition").asInt());
				walk(consumer, partition, one.required("from").asLong(), one.required("to").asLong(), record -> {
					feed(digest, record.value());
					records[0]++;
				});
				list.addObject().put("topic", partition.topic()).put("partition", partition.partition())
				    .put("records", records[0]).put("digest", HexFormat.of().formatHex(digest.digest()));
			}
		}
		return answer;
	}

	/**
	 * {"topic", "isolation", "max", "decode": true, "schemas": {number: text}}: all that is there now, in
	 * order of partition and offset. "only": ["offset", ...] leaves the other parts out.
	 */
	ObjectNode consume(JsonNode wanted) throws Exception {
		String topic = wanted.required("topic").asText();
		long max = wanted.path("max").asLong(Long.MAX_VALUE);
		ObjectNode answer = Hand.JSON.createObjectNode();
		ArrayNode list = answer.putArray("records");
		Map<Integer, Schema> parsed = new HashMap<>();
		try (Consumer<byte[], byte[]> consumer = consumer(wanted)) {
			List<TopicPartition> partitions = new ArrayList<>();
			consumer.partitionsFor(topic).forEach(one -> partitions.add(new TopicPartition(topic, one.partition())));
			partitions.sort((a, b) -> a.partition() - b.partition());
			Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
			Map<TopicPartition, Long> next = consumer.endOffsets(partitions);
			for (TopicPartition partition : partitions)
				walk(consumer, partition, first.get(partition), next.get(partition), record -> {
					if (list.size() < max)
						list.add(shown(record, wanted, parsed));
				});
		}
		return answer;
	}

	private static ObjectNode shown(ConsumerRecord<byte[], byte[]> record, JsonNode wanted, Map<Integer, Schema> parsed)
	    throws Exception {
		ObjectNode one = Hand.JSON.createObjectNode();
		one.put("partition", record.partition()).put("offset", record.offset()).put("timestamp", record.timestamp());
		one.set("key", Values.shown(record.key()));
		if (wanted.path("decode").asBoolean() && record.value() != null)
			one.set("value", Values.decoded(record.value(), wanted.path("schemas"), parsed));
		else
			one.set("value", Values.shown(record.value()));
		ArrayNode headers = one.putArray("headers");
		for (Header header : record.headers())
			headers.addArray().add(header.key()).add(Values.shown(header.value()));
		return one;
	}
}

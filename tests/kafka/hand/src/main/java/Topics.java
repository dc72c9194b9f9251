/* SPDX-License-Identifier: Apache-2.0 */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What an administrator does: topics, leaders, offsets, groups. */
final class Topics {
	private static final long PATIENCE_MS = 30_000;
	private final Clients clients;

	Topics(Clients clients) {
		this.clients = clients;
	}

	private interface Question {
		boolean yes() throws Exception;
	}

	private static void until(String what, Question question) throws Exception {
		long end = System.currentTimeMillis() + PATIENCE_MS;
		while (!question.yes()) {
			if (System.currentTimeMillis() > end)
				throw new IllegalStateException(what + ": not within 30 s");
			Thread.sleep(20);
		}
	}

	private static ObjectNode done() {
		return Hand.JSON.createObjectNode();
	}

	private static TopicPartition partition(JsonNode wanted) {
		return new TopicPartition(
		    wanted.required("topic").asText(), wanted.path("partition").asInt(0));
	}

	private static Optional<TopicDescription> look(Admin admin, String topic) throws Exception {
		try {
			return Optional.of(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
		} catch (java.util.concurrent.ExecutionException trouble) {
			if (trouble.getCause() instanceof UnknownTopicOrPartitionException)
				return Optional.empty();
			throw trouble;
		}
	}

	private static boolean led(TopicDescription topic, int partitions) {
		return topic.partitions().size() == partitions &&
		    topic.partitions().stream().allMatch(one -> one.leader() != null);
	}

	/** The leaders are named, and each says that it is one. */
	private static ObjectNode awaitLeaders(Admin admin, String name, int partitions) throws Exception {
		Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
		for (int i = 0; i < partitions; i++)
			asked.put(new TopicPartition(name, i), OffsetSpec.latest());
		until(name + " has leaders",
		    () -> look(admin, name).map(found -> led(found, partitions)).orElse(false));
		until(name + " is served", () -> serves(admin, asked));
		return done();
	}

	/** A broker may hear of a topic later than the one that was asked who leads it. */
	private static boolean serves(Admin admin, Map<TopicPartition, OffsetSpec> asked) throws Exception {
		try {
			admin.listOffsets(asked).all().get();
			return true;
		} catch (java.util.concurrent.ExecutionException trouble) {
			if (trouble.getCause() instanceof RetriableException)
				return false;
			throw trouble;
		}
	}

	/** {"topic", "partitions": 1, "replication": 1, "config": {...}}: back when every partition is led. */
	ObjectNode create(JsonNode wanted) throws Exception {
		Admin admin = clients.admin(wanted);
		String name = wanted.required("topic").asText();
		int partitions = wanted.path("partitions").asInt(1);
		Map<String, String> config = new HashMap<>();
		wanted.path("config").properties().forEach(
		    entry -> config.put(entry.getKey(), entry.getValue().asText()));
		NewTopic topic =
		    new NewTopic(name, partitions, (short) wanted.path("replication").asInt(1));
		admin.createTopics(List.of(topic.configs(config))).all().get();
		return awaitLeaders(admin, name, partitions);
	}

	ObjectNode delete(JsonNode wanted) throws Exception {
		Admin admin = clients.admin(wanted);
		String name = wanted.required("topic").asText();
		admin.deleteTopics(List.of(name)).all().get();
		until(name + " is gone", () -> look(admin, name).isEmpty());
		return done();
	}

	/** More partitions of a topic. */
	ObjectNode widen(JsonNode wanted) throws Exception {
		Admin admin = clients.admin(wanted);
		String name = wanted.required("topic").asText();
		int partitions = wanted.required("partitions").asInt();
		admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all().get();
		return awaitLeaders(admin, name, partitions);
	}

	/** {"topic" or "node", "set": {name: value}} */
	ObjectNode configure(JsonNode wanted) throws Exception {
		ConfigResource resource = wanted.has("topic")
		    ? new ConfigResource(ConfigResource.Type.TOPIC, wanted.get("topic").asText())
		    : new ConfigResource(ConfigResource.Type.BROKER, wanted.path("node").asText(""));
		List<AlterConfigOp> changes = new ArrayList<>();
		wanted.required("set").properties().forEach(
		    entry -> changes.add(new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue().asText()),
		        AlterConfigOp.OpType.SET)));
		clients.admin(wanted).incrementalAlterConfigs(Map.of(resource, changes)).all().get();
		return done();
	}

	/** {"topic", "partition", "before"} */
	ObjectNode deleteRecords(JsonNode wanted) throws Exception {
		RecordsToDelete before = RecordsToDelete.beforeOffset(wanted.required("before").asLong());
		clients.admin(wanted).deleteRecords(Map.of(partition(wanted), before)).all().get();
		return done();
	}

	/** {"topic"}: for each partition [first, next], "committed": only what read_committed may see. */
	ObjectNode offsets(JsonNode wanted) throws Exception {
		Admin admin = clients.admin(wanted);
		String name = wanted.required("topic").asText();
		Map<TopicPartition, OffsetSpec> first = new HashMap<>();
		Map<TopicPartition, OffsetSpec> next = new HashMap<>();
		ObjectNode answer = done();
		int partitions = look(admin, name).orElseThrow().partitions().size();
		for (int i = 0; i < partitions; i++) {
			first.put(new TopicPartition(name, i), OffsetSpec.earliest());
			next.put(new TopicPartition(name, i), OffsetSpec.latest());
		}
		var firsts = admin.listOffsets(first).all().get();
		var nexts = admin.listOffsets(next).all().get();
		ArrayNode list = answer.putArray("partitions");
		for (int i = 0; i < partitions; i++) {
			TopicPartition one = new TopicPartition(name, i);
			list.addArray().add(firsts.get(one).offset()).add(nexts.get(one).offset());
		}
		return answer;
	}

	/** {"topic", "partition", "node"}: makes a replica the leader. */
	ObjectNode lead(JsonNode wanted) throws Exception {
		Admin admin = clients.admin(wanted);
		TopicPartition partition = partition(wanted);
		int node = wanted.required("node").asInt();
		List<Integer> replicas = new ArrayList<>(info(admin, partition).replicas().stream().map(Node::id).toList());
		replicas.remove((Integer) node);
		replicas.add(0, node);
		admin.alterPartitionReassignments(Map.of(partition, Optional.of(new NewPartitionReassignment(replicas))))
		    .all().get();
		until("the reassignment is over", () -> admin.listPartitionReassignments().reassignments().get().isEmpty());
		until("node " + node + " leads", () -> {
			TopicPartitionInfo now = info(admin, partition);
			if (now.leader() != null && now.leader().id() == node)
				return true;
			admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions().get();
			return false;
		});
		return done();
	}

	private static TopicPartitionInfo info(Admin admin, TopicPartition partition) throws Exception {
		return look(admin, partition.topic()).orElseThrow().partitions().get(partition.partition());
	}

	/** Nodes and controller; of a "topic" the leader of each partition and its replicas in step. */
	ObjectNode describe(JsonNode wanted) throws Exception {
		Admin admin = clients.admin(wanted);
		ObjectNode answer = done();
		ArrayNode nodes = answer.putArray("nodes");
		for (Node node : admin.describeCluster().nodes().get())
			nodes.add(node.id());
		if (!wanted.has("topic"))
			return answer;
		Optional<TopicDescription> topic = look(admin, wanted.get("topic").asText());
		answer.put("there", topic.isPresent());
		ArrayNode leaders = answer.putArray("leaders");
		ArrayNode inStep = answer.putArray("in_step");
		for (TopicPartitionInfo one : topic.map(TopicDescription::partitions).orElse(List.of())) {
			leaders.add(one.leader() == null ? -1 : one.leader().id());
			inStep.add(one.isr().size());
		}
		return answer;
	}

	/** {"group"}: what it has committed, "TOPIC/PARTITION": offset, its coordinator's node, its members. */
	ObjectNode group(JsonNode wanted) throws Exception {
		Admin admin = clients.admin(wanted);
		String name = wanted.required("group").asText();
		ObjectNode answer = done();
		ObjectNode committed = answer.putObject("committed");
		admin.listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata().get().forEach(
		    (partition, at) -> committed.put(partition.topic() + "/" + partition.partition(), at == null ? -1 : at.offset()));
		try {
			var group = admin.describeConsumerGroups(List.of(name)).all().get().get(name);
			answer.put("coordinator", group.coordinator().id());
			answer.put("members", group.members().size());
		} catch (java.util.concurrent.ExecutionException nobody) {
			answer.put("members", 0);
		}
		return answer;
	}

	/** {"abort": ID}: ends what another producer left open, as an administrator would. */
	ObjectNode transactions(JsonNode wanted) throws Exception {
		clients.admin(wanted).fenceProducers(List.of(wanted.required("abort").asText())).all().get();
		return done();
	}
}

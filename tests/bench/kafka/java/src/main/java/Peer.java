/* SPDX-License-Identifier: Apache-2.0 */
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The plain consumer that one would write instead: each record is decoded by Avro's generic reader,
 * and how often each actor changed each (kind, field) is counted in memory. Nothing is kept.
 *
 * <p>Peer BROKERS TOPIC RECORDS SCHEMA-FILE; prints one JSON object as bench_kafka_raw does.
 */
public final class Peer {
  private final GenericDatumReader<GenericRecord> reader;
  private final Map<Utf8, Map<String, long[]>> counts = new HashMap<>();
  private BinaryDecoder decoder;
  private GenericRecord record;
  private long pairs;

  private Peer(Schema schema) {
    reader = new GenericDatumReader<>(schema);
  }

  private void add(byte[] value) throws IOException {
    decoder = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, decoder);
    record = reader.read(record, decoder);
    Utf8 actor = (Utf8) record.get("clerk");
    Map<String, long[]> own = counts.get(actor);
    if (own == null) {
      own = new HashMap<>();
      counts.put(new Utf8(actor), own);
    }
    for (Object edit : (List<?>) record.get("edits")) {
      String name = record.get("kind") + "." + ((GenericRecord) edit).get("field");
      own.computeIfAbsent(name, unused -> new long[1])[0]++;
      pairs++;
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String brokers, String topic) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    settings.put("enable.auto.commit", "false");
    settings.put("max.poll.records", "10000");
    settings.put("key.deserializer", ByteArrayDeserializer.class);
    settings.put("value.deserializer", ByteArrayDeserializer.class);
    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings);
    List<TopicPartition> all = new ArrayList<>();
    for (PartitionInfo partition : consumer.partitionsFor(topic)) {
      all.add(new TopicPartition(topic, partition.partition()));
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
    return consumer;
  }

  private static double cpu() {
    return ((com.sun.management.OperatingSystemMXBean)
                java.lang.management.ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime()
        / 1e9;
  }

  public static void main(String[] arguments) throws IOException {
    long wanted = Long.parseLong(arguments[2]);
    Schema schema = new Schema.Parser().parse(new java.io.File(arguments[3]));
    Peer peer = new Peer(schema);
    long records = 0, bytes = 0, begun = 0, started = System.nanoTime();
    double begunCpu = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(arguments[0], arguments[1])) {
      while (records < wanted) {
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(100))) {
          if (records++ == 0) {
            begun = System.nanoTime();
            begunCpu = cpu();
          }
          bytes += each.value().length;
          peer.add(each.value());
        }
      }
      System.out.printf(
          java.util.Locale.ROOT,
          "{\"records\":%d,\"bytes\":%d,\"wall_s\":%.3f,\"cpu_s\":%.3f,\"first_s\":%.3f,\"pairs\":%d}%n",
          records, bytes, (System.nanoTime() - begun) / 1e9, cpu() - begunCpu, (begun - started) / 1e9,
          peer.pairs);
    }
  }
}

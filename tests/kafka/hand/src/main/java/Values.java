/* SPDX-License-Identifier: Apache-2.0 */

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** A record's bytes from JSON, and back: text, base64, JSON, Avro in the Confluent framing. */
final class Values {
	private static final int FRAME_BYTES = 5; /* a zero and the schema's number */

	private Values() {}

	private static Object text(Schema schema, JsonNode json) {
		return switch (schema.getType()) {
		case STRING -> json.asText();
		case BYTES -> ByteBuffer.wrap(Base64.getDecoder().decode(json.asText()));
		case FIXED -> new GenericData.Fixed(schema, Base64.getDecoder().decode(json.asText()));
		case ENUM -> new GenericData.EnumSymbol(schema, json.asText());
		default -> throw new AvroRuntimeException(json + " is no " + schema.getType());
		};
	}

	private static Object number(Schema schema, JsonNode json) {
		return switch (schema.getType()) {
		case INT -> json.intValue();
		case LONG -> json.longValue();
		case FLOAT -> json.floatValue();
		case DOUBLE -> json.doubleValue();
		default -> throw new AvroRuntimeException(json + " is no " + schema.getType());
		};
	}

	/** A record is an object by its fields' names, or a list of its fields in order. */
	private static Object record(Schema schema, JsonNode json) {
		GenericData.Record record = new GenericData.Record(schema);
		for (Schema.Field field : schema.getFields()) {
			JsonNode value = json.isArray() ? json.path(field.pos()) : json.path(field.name());
			if (value.isMissingNode() && field.hasDefaultValue())
				record.put(field.pos(), GenericData.get().getDefaultValue(field));
			else
				record.put(field.pos(), datum(field.schema(), value));
		}
		return record;
	}

	private static boolean fits(Schema branch, JsonNode json) {
		return switch (branch.getType()) {
		case NULL -> json.isNull() || json.isMissingNode();
		case BOOLEAN -> json.isBoolean();
		case INT, LONG -> json.isIntegralNumber() && json.canConvertToLong();
		case FLOAT, DOUBLE -> json.isNumber();
		case STRING, BYTES, ENUM, FIXED -> json.isTextual();
		case ARRAY -> json.isArray();
		default -> json.isContainerNode();
		};
	}

	private static Object union(Schema schema, JsonNode json) {
		for (Schema branch : schema.getTypes())
			if (fits(branch, json))
				return datum(branch, json);
		throw new AvroRuntimeException(json + " fits no branch of " + schema);
	}

	private static Object datum(Schema schema, JsonNode json) {
		switch (schema.getType()) {
		case NULL:
			return null;
		case BOOLEAN:
			return json.booleanValue();
		case RECORD:
			return record(schema, json);
		case UNION:
			return union(schema, json);
		case ARRAY: {
			List<Object> items = new ArrayList<>();
			json.forEach(item -> items.add(datum(schema.getElementType(), item)));
			return items;
		}
		case MAP: {
			Map<String, Object> items = new HashMap<>();
			json.properties().forEach(
			    item -> items.put(item.getKey(), datum(schema.getValueType(), item.getValue())));
			return items;
		}
		default:
			return json.isNumber() ? number(schema, json) : text(schema, json);
		}
	}

	/** Writes many data of one schema. */
	static final class Avro {
		private final Schema schema;
		private final int number;
		private final GenericDatumWriter<Object> writer;
		private final ByteArrayOutputStream out = new ByteArrayOutputStream();
		private BinaryEncoder encoder;

		/** wanted: {"id": the number in the framing, "text": the schema} */
		Avro(JsonNode wanted) {
			schema = new Schema.Parser().parse(wanted.required("text").asText());
			number = wanted.required("id").asInt();
			writer = new GenericDatumWriter<>(schema);
		}

		byte[] bytes(JsonNode json) throws IOException {
			out.reset();
			out.write(0);
			out.write(ByteBuffer.allocate(4).putInt(number).array());
			encoder = EncoderFactory.get().binaryEncoder(out, encoder);
			writer.write(datum(schema, json), encoder);
			encoder.flush();
			return out.toByteArray();
		}
	}

	/** null, a text, or {"base64": ...}, or {"size": n} for n letters. */
	static byte[] plain(JsonNode json) {
		if (json.isNull() || json.isMissingNode())
			return null;
		if (json.isTextual())
			return json.asText().getBytes(StandardCharsets.UTF_8);
		if (json.has("size"))
			return "x".repeat(json.get("size").asInt()).getBytes(StandardCharsets.UTF_8);
		return Base64.getDecoder().decode(json.required("base64").asText());
	}

	static JsonNode shown(byte[] bytes) {
		return bytes == null ? Hand.JSON.nullNode()
		                     : Hand.JSON.getNodeFactory().textNode(Base64.getEncoder().encodeToString(bytes));
	}

	/** The JSON form of framed Avro; schemas: {"number": text}. */
	static JsonNode decoded(byte[] bytes, JsonNode schemas, Map<Integer, Schema> parsed) throws IOException {
		ByteBuffer frame = ByteBuffer.wrap(bytes);
		if (bytes.length < FRAME_BYTES || frame.get() != 0)
			throw new IOException("not in the Confluent framing");
		int number = frame.getInt();
		Schema schema = parsed.computeIfAbsent(
		    number, id -> new Schema.Parser().parse(schemas.required(String.valueOf(id)).asText()));
		var decoder = DecoderFactory.get().binaryDecoder(bytes, FRAME_BYTES, bytes.length - FRAME_BYTES, null);
		Object datum = new GenericDatumReader<Object>(schema).read(null, decoder);
		ObjectNode answer = Hand.JSON.createObjectNode();
		answer.put("schema", number);
		answer.put("rest", !decoder.isEnd());
		answer.set("datum", json(datum));
		return answer;
	}

	private static JsonNode json(Object datum) {
		if (datum instanceof GenericData.Record record) {
			ObjectNode object = Hand.JSON.createObjectNode();
			for (Schema.Field field : record.getSchema().getFields())
				object.set(field.name(), json(record.get(field.pos())));
			return object;
		}
		if (datum instanceof List<?> list) {
			var array = Hand.JSON.createArrayNode();
			list.forEach(item -> array.add(json(item)));
			return array;
		}
		if (datum instanceof Map<?, ?> map) {
			ObjectNode object = Hand.JSON.createObjectNode();
			map.forEach((key, value) -> object.set(key.toString(), json(value)));
			return object;
		}
		if (datum instanceof ByteBuffer buffer)
			return shown(buffer.array());
		if (datum instanceof GenericData.Fixed fixed)
			return shown(fixed.bytes());
		return datum == null || datum instanceof Number || datum instanceof Boolean
		    ? Hand.JSON.valueToTree(datum)
		    : Hand.JSON.getNodeFactory().textNode(datum.toString());
	}
}

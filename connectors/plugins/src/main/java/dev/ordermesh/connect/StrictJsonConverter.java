package dev.ordermesh.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;

/**
 * Kafka's JsonConverter for envelopes {"schema":…,"payload":…}, except that a payload which is not of its schema is refused.
 *
 * Kafka's own reads the string "1500" declared int64 as 0, 1.5 declared int32 as 1, 2^40 declared int32 as 0 and a number declared
 * string as null, and ignores whatever follows the first JSON value: wrong rows instead of dead letters.
 * Writing differs in one thing: a null value is written as null, a tombstone that compaction knows, not as {"schema":…,"payload":null}.
 * Same settings, same class of errors (DataException, which errors.tolerance=all tolerates).
 */
public class StrictJsonConverter extends JsonConverter {
    private final ObjectReader reader =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build()
                    .readerFor(JsonNode.class);
    /** Of the last envelope with plain rows: what a service writes begins alike, and most of it is the schema. */
    private Begin lastBegin;

    @Override
    public byte[] fromConnectData(String topic, Headers headers, Schema schema, Object value) {
        return fromConnectData(topic, schema, value);
    }

    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        return value == null ? null : super.fromConnectData(topic, schema, value);
    }

    @Override
    public SchemaAndValue toConnectData(String topic, Headers headers, byte[] value) {
        return toConnectData(topic, value);
    }

    @Override
    public SchemaAndValue toConnectData(String topic, byte[] value) {
        if (value == null) return super.toConnectData(topic, null);
        SchemaAndValue row = lastBegin == null ? null : lastBegin.readRow(reader, value);
        if (row != null) return row;
        JsonNode envelope = parse(value);
        if (!envelope.isObject() || !envelope.has("schema") || !envelope.has("payload") || envelope.size() != 2) {
            throw new DataException("the value is not an envelope {\"schema\":{…},\"payload\":{…}} and nothing else");
        }
        try {
            Schema schema = asConnectSchema(envelope.get("schema"));
            if (schema != null) {
                checkDefaults(schema, envelope.get("schema"));
                check("payload", schema, envelope.get("payload"));
            }
            SchemaAndValue result = super.toConnectData(topic, value);
            if (schema != null && Begin.hasPlainRows(schema)) lastBegin = Begin.of(reader, value, schema);
            return result;
        } catch (DataException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new DataException("the envelope's schema or payload cannot be read: " + e, e);
        }
    }

    /** An envelope up to its payload: {"schema":…,"payload": and the schema in it, whose defaults are as they have to be. */
    private record Begin(byte[] bytes, Schema schema) {
        /** Of an envelope that is a right one; null where the payload does not come last. */
        static Begin of(ObjectReader reader, byte[] envelope, Schema schema) {
            try (JsonParser parser = reader.createParser(envelope)) {
                parser.nextToken();
                if (!"schema".equals(parser.nextFieldName())) return null;
                parser.nextToken();
                parser.skipChildren();
                parser.nextFieldName();
                parser.nextToken();
                int length = (int) parser.currentTokenLocation().getByteOffset();
                // Other encodings than UTF-8 have no byte offsets.
                return length <= 0 || !isObject(envelope, 0) ? null : new Begin(Arrays.copyOf(envelope, length), schema);
            } catch (IOException e) {
                return null;
            }
        }

        /** Whether rows are structs of integers, booleans and strings without defaults and logical types. */
        static boolean hasPlainRows(Schema schema) {
            return schema.type() == Schema.Type.STRUCT && schema.fields().stream().map(Field::schema).allMatch(field ->
                    switch (field.type()) {
                        case INT8, INT16, INT32, INT64, BOOLEAN, STRING ->
                                field.defaultValue() == null && !isLogical(field.name());
                        default -> false;
                    });
        }

        private static boolean isLogical(String name) {
            return name != null && name.startsWith("org.apache.kafka.connect.data.");
        }

        /** The row of an envelope that begins with these bytes; null where all of it has to be read to know what it is. */
        SchemaAndValue readRow(ObjectReader reader, byte[] envelope) {
            int length = envelope.length - 1 - bytes.length;
            if (length < 2 || !Arrays.equals(envelope, 0, bytes.length, bytes, 0, bytes.length)) return null;
            // Two bytes of ASCII are UTF-8 for Jackson, as the beginning of the whole is.
            if (!isObject(envelope, bytes.length) || envelope[envelope.length - 1] != '}') return null;
            try {
                JsonNode payload = reader.readValue(envelope, bytes.length, length);
                check("payload", schema, payload);
                Struct row = new Struct(schema);
                for (Field field : schema.fields()) row.put(field, plain(field.schema(), payload.get(field.name())));
                return new SchemaAndValue(schema, row);
            } catch (IOException | RuntimeException e) {
                return null;
            }
        }

        private static boolean isObject(byte[] json, int at) {
            return json[at] == '{' && json[at + 1] == '"';
        }

        private static Object plain(Schema schema, JsonNode json) {
            if (json == null || json.isNull()) return null;
            return switch (schema.type()) {
                case INT8 -> (byte) json.intValue();
                case INT16 -> (short) json.intValue();
                case INT32 -> json.intValue();
                case INT64 -> json.longValue();
                case BOOLEAN -> json.booleanValue();
                default -> json.textValue();
            };
        }
    }

    private JsonNode parse(byte[] value) {
        try {
            return reader.readValue(value);
        } catch (IOException | RuntimeException e) {
            throw new DataException("the value is not one JSON document: " + firstLine(e.getMessage()), e);
        }
    }

    /** Throws unless the JSON is what the schema says; null and absent are left to Kafka's converter, which knows defaults. */
    private static void check(String path, Schema schema, JsonNode json) {
        if (json == null || json.isNull()) return;
        boolean fits =
                switch (schema.type()) {
                    case INT8 -> integerOf(json, 8);
                    case INT16 -> integerOf(json, 16);
                    case INT32 -> integerOf(json, 32);
                    case INT64 -> integerOf(json, 64);
                    case FLOAT32, FLOAT64 -> json.isNumber();
                    case BOOLEAN -> json.isBoolean();
                    // A Decimal is bytes in its schema, and in JSON a number where the converter's decimal.format says so.
                    case BYTES -> json.isTextual() || json.isNumber();
                    case STRING -> json.isTextual();
                    case STRUCT -> json.isObject();
                    case ARRAY -> json.isArray();
                    case MAP -> json.isObject() || json.isArray();
                };
        if (!fits) {
            throw new DataException(path + " is " + abbreviate(json.toString()) + ": not of its schema's type "
                    + schema.type().getName());
        }
        switch (schema.type()) {
            case STRUCT -> checkFields(path, schema, json);
            case ARRAY -> json.forEach(item -> check(path + "[]", schema.valueSchema(), item));
            default -> {}
        }
    }

    private static void checkFields(String path, Schema schema, JsonNode json) {
        for (Field field : schema.fields()) check(path + "." + field.name(), field.schema(), json.get(field.name()));
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            String name = entry.getKey();
            if (schema.field(name) == null) {
                throw new DataException(path + "." + abbreviate(name) + " is not declared in the envelope's schema");
            }
        }
    }

    /** A default takes the place of an absent value, so it has to be of its type as well. */
    private static void checkDefaults(Schema schema, JsonNode json) {
        check("schema.default", schema, json.get("default"));
        if (schema.type() != Schema.Type.STRUCT) return;
        for (JsonNode field : json.get("fields")) {
            String name = field.get("field").asText();
            check("schema." + name + ".default", schema.field(name).schema(), field.get("default"));
        }
    }

    private static boolean integerOf(JsonNode json, int bits) {
        if (!json.isIntegralNumber()) return false;
        BigInteger value = json.bigIntegerValue();
        return value.bitLength() < bits;
    }

    private static String abbreviate(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "… (" + text.length() + " characters)";
    }

    private static String firstLine(String text) {
        return text == null ? "" : abbreviate(text.lines().findFirst().orElse(""));
    }
}

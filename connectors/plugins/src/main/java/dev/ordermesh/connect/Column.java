package dev.ordermesh.connect;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;

/**
 * The declaration of one column: {@code [optional] [nullable] string|integer|time [MIN..MAX] [A|B|…]}.
 *
 * optional: the field may be absent (the column then takes its default); nullable: it may be null; string: MIN..MAX are its length in
 * characters, A|B its only values; integer: any int type, MIN..MAX its range; time: int64 milliseconds since 1970 in UTC with schema
 * name io.debezium.time.Timestamp or org.apache.kafka.connect.data.Timestamp, up to the year 9999.
 */
record Column(String text, boolean required, boolean nullable, String kind, long min, long max, Set<String> values) {
    private static final Pattern GRAMMAR = Pattern.compile(
            "(?<optional>optional +)?(?<nullable>nullable +)?(?<kind>string|integer|time)"
                    + "( +(?<min>-?\\d+)\\.\\.(?<max>-?\\d+))?( +(?<values>[^ |]+(\\|[^ |]+)*))?");
    private static final Set<String> TIME_SCHEMAS =
            Set.of("io.debezium.time.Timestamp", "org.apache.kafka.connect.data.Timestamp");
    private static final long LAST_MILLISECOND_OF_9999 = 253_402_300_799_999L;

    static Column parse(String name, String text) {
        Matcher m = GRAMMAR.matcher(text.trim());
        if (!m.matches()) {
            throw new ConfigException("column." + name, text,
                    "has to read: [optional] [nullable] string|integer|time [MIN..MAX] [A|B|…]");
        }
        String kind = m.group("kind");
        long min = kind.equals("integer") ? Long.MIN_VALUE : 0;
        long max = kind.equals("time") ? LAST_MILLISECOND_OF_9999 : Long.MAX_VALUE;
        if (m.group("min") != null) {
            min = Long.parseLong(m.group("min"));
            max = Long.parseLong(m.group("max"));
        }
        Set<String> values = m.group("values") == null ? Set.of() : Set.of(m.group("values").split("\\|"));
        return new Column(text.trim(), m.group("optional") == null, m.group("nullable") != null, kind, min, max, values);
    }

    /** @throws DataException which names what was found and what is expected */
    void check(String what, Schema schema, Object value) {
        if (value == null) {
            if (nullable) return;
            throw wrong(what, "null" + (required ? "" : " (leave it out to take the default)"));
        }
        List<String> found = new ArrayList<>();
        if (schema != null && schema.parameters() != null && !schema.parameters().isEmpty()) {
            found.add("of a schema with parameters");
        }
        boolean fits = switch (kind) {
            case "string" -> value instanceof String s && schemaName(schema).isEmpty() && fitsString(s);
            case "integer" -> isInteger(value) && schemaName(schema).isEmpty() && inRange(((Number) value).longValue());
            default -> TIME_SCHEMAS.contains(schemaName(schema))
                    && (value instanceof Date d ? inRange(d.getTime()) : value instanceof Long l && inRange(l));
        };
        if (!fits || !found.isEmpty()) {
            if (schema != null) found.add(0, schema.type().getName() + (schema.name() == null ? "" : " " + schema.name()));
            throw wrong(what, show(value) + " (" + String.join(", ", found) + ")");
        }
    }

    private DataException wrong(String what, String found) {
        return new DataException(what + " is " + found + ": it has to be " + this);
    }

    private boolean fitsString(String s) {
        // MariaDB counts code points, and refuses half a surrogate pair.
        if (!inRange(s.codePointCount(0, s.length()))) return false;
        if (hasHalfPair(s)) return false;
        return values.isEmpty() || values.contains(s);
    }

    private static boolean hasHalfPair(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (!Character.isSurrogate(s.charAt(i))) continue;
            if (Character.isBmpCodePoint(s.codePointAt(i))) return true;
            i++;
        }
        return false;
    }

    private boolean inRange(long n) {
        return n >= min && n <= max;
    }

    private static boolean isInteger(Object value) {
        return value instanceof Byte || value instanceof Short || value instanceof Integer || value instanceof Long;
    }

    private static String schemaName(Schema schema) {
        return schema == null || schema.name() == null ? "" : schema.name();
    }

    static String show(Object value) {
        if (value == null) return "null";
        String text = value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
        int characters = text.codePointCount(0, text.length());
        return characters <= 60 ? text : text.substring(0, text.offsetByCodePoints(0, 60)) + "… (" + characters + " characters)";
    }

    @Override
    public String toString() {
        return text;
    }
}

package dev.ordermesh.connect;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.util.SimpleConfig;

/**
 * Turns away, before a sink's put(), every record that would not fit the sink's table.
 *
 * One bad record in put() kills a sink's task for good; an error in a transform is tolerated (errors.tolerance=all) and makes the
 * record a dead letter. So the table's columns are declared in the connector's definition, and this transform throws a DataException
 * that says what was wrong and what would be right. See {@link Column} for the grammar of a declaration. Settings:
 *
 * <pre>
 * column.NAME       one for each column, e.g. "column.qty": "integer 1..10000", "column.reason": "optional nullable string 0..64"
 * unknown.columns   refuse (default): a field without a declaration makes a dead letter; nullable: it is let through, as a nullable
 *                   one, so that a sink with schema.evolution=basic can add it, whatever the source's table demands of it
 * tombstones        refuse (default) or pass: records with a null value
 * key.column        the record's key (a plain string) has to fit this column's declaration and to equal its value
 * product           "total_price = qty * unit_price": the first column has to be the product of the other two
 * </pre>
 */
public class CheckColumns<R extends ConnectRecord<R>> implements Transformation<R> {
    private static final ConfigDef CONFIG =
            new ConfigDef()
                    .define("unknown.columns", Type.STRING, "refuse", ConfigDef.ValidString.in("refuse", "nullable"),
                            Importance.MEDIUM, "What to do with fields that are not declared.")
                    .define("tombstones", Type.STRING, "refuse", ConfigDef.ValidString.in("refuse", "pass"),
                            Importance.MEDIUM, "What to do with records that have a null value.")
                    .define("key.column", Type.STRING, "", Importance.MEDIUM, "The column that the key has to equal.")
                    .define("product", Type.STRING, "", Importance.LOW, "A rule of the form: a = b * c.");
    private static final String COLUMN = "column.";

    private final Map<String, Column> columns = new TreeMap<>();
    /** Schemas come from the converter's cache, so the last one seen is nearly always the next one's. */
    private Schema lastSchema;
    private Schema lastRelaxed;
    private boolean unknownPass;
    private boolean tombstonesPass;
    private String keyColumn;
    private String[] product;

    @Override
    public ConfigDef config() {
        return CONFIG;
    }

    @Override
    public void configure(Map<String, ?> settings) {
        SimpleConfig config = new SimpleConfig(CONFIG, settings);
        unknownPass = config.getString("unknown.columns").equals("nullable");
        tombstonesPass = config.getString("tombstones").equals("pass");
        keyColumn = config.getString("key.column");
        settings.forEach((name, value) -> {
            if (name.startsWith(COLUMN)) {
                String column = name.substring(COLUMN.length());
                columns.put(column, Column.parse(column, String.valueOf(value)));
            }
        });
        if (columns.isEmpty()) throw new ConfigException("CheckColumns needs at least one column.NAME setting");
        if (!keyColumn.isEmpty()) declared("key.column", keyColumn);
        String rule = config.getString("product").trim();
        product = rule.isEmpty() ? null : rule.split("\\s*[=*]\\s*");
        if (product == null) return;
        if (product.length != 3) throw new ConfigException("product", rule, "has to read: total = quantity * price");
        for (String name : product) declared("product", name);
    }

    private void declared(String setting, String column) {
        if (!columns.containsKey(column)) throw new ConfigException(setting, column, "names a column without a declaration");
    }

    @Override
    public R apply(R record) {
        Object key = record.key();
        if (!keyColumn.isEmpty()) columns.get(keyColumn).check("the key", record.keySchema(), key);
        if (record.value() == null) {
            if (tombstonesPass) return record.newRecord(record.topic(), record.kafkaPartition(), record.keySchema(), key, null, null,
                    record.timestamp());
            throw new DataException("the value is null: this table's rows are never deleted by a record");
        }
        if (!(record.value() instanceof Struct row)) {
            throw new DataException("the payload is no struct with a schema: write {\"schema\":{\"type\":\"struct\",\"fields\":[…]},"
                    + "\"payload\":{…}}");
        }
        Schema schema = row.schema();
        if (schema != lastSchema) checkSchema(schema);
        columns.forEach((name, column) -> {
            Field field = schema.field(name);
            if (field != null) column.check("column " + name, field.schema(), row.get(field));
        });
        if (!keyColumn.isEmpty() && !Objects.equals(key, row.get(keyColumn))) {
            throw new DataException("the key " + Column.show(key) + " is not the value's " + keyColumn + " "
                    + Column.show(row.get(keyColumn)));
        }
        if (product != null) checkProduct(row);
        lastSchema = schema;
        if (lastRelaxed == null || lastRelaxed == schema) return record;
        return record.newRecord(record.topic(), record.kafkaPartition(), record.keySchema(), key, lastRelaxed,
                copy(row, lastRelaxed), record.timestamp());
    }

    /** What depends on the schema alone, once for each. */
    private void checkSchema(Schema schema) {
        lastSchema = null;
        String name = schema.name() == null ? "" : schema.name();
        // Debezium's sink takes these for change events, schema changes and CloudEvents, and dies of what they lack.
        if (name.endsWith("Envelope") || name.contains("SchemaChangeValue") || (name.isEmpty() && schema.field("op") != null)) {
            throw new DataException("the schema (name " + Column.show(schema.name()) + ") is a change event's, not a row's");
        }
        columns.forEach((column, declaration) -> {
            if (declaration.required() && schema.field(column) == null) {
                throw new DataException("column " + column + " is missing: it has to be " + declaration);
            }
        });
        boolean relax = false;
        for (Field field : schema.fields()) {
            if (columns.containsKey(field.name())) continue;
            if (!unknownPass) {
                throw new DataException("unknown column " + Column.show(field.name()) + ": the columns are " + columns.keySet());
            }
            if (!field.name().matches("[A-Za-z][A-Za-z0-9_]{0,63}") || !field.schema().type().isPrimitive()) {
                throw new DataException("column " + Column.show(field.name()) + " of type " + field.schema().type().getName()
                        + " cannot be added to a table: it takes plain names and types");
            }
            relax |= !field.schema().isOptional();
        }
        lastRelaxed = relax ? relaxed(schema) : schema;
    }

    private Schema relaxed(Schema schema) {
        SchemaBuilder builder = SchemaBuilder.struct().name(schema.name()).version(schema.version());
        for (Field field : schema.fields()) {
            Schema type = field.schema();
            if (columns.containsKey(field.name()) || type.isOptional()) {
                builder.field(field.name(), type);
                continue;
            }
            SchemaBuilder nullable = new SchemaBuilder(type.type()).name(type.name()).version(type.version()).optional();
            if (type.parameters() != null) nullable.parameters(type.parameters());
            builder.field(field.name(), nullable.build());
        }
        return builder.build();
    }

    private static Struct copy(Struct row, Schema schema) {
        Struct copy = new Struct(schema);
        for (Field field : schema.fields()) copy.put(field, row.get(field.name()));
        return copy;
    }

    private void checkProduct(Struct row) {
        for (String name : product) if (row.schema().field(name) == null || row.get(name) == null) return;
        long total = ((Number) row.get(product[0])).longValue();
        long quantity = ((Number) row.get(product[1])).longValue();
        long price = ((Number) row.get(product[2])).longValue();
        if (Math.multiplyHigh(quantity, price) != 0 || quantity * price != total) {
            throw new DataException(String.format("%s is %d: it has to be %s × %s, %d × %d", product[0], total, product[1],
                    product[2], quantity, price));
        }
    }

    @Override
    public void close() {}
}

package dev.ordermesh.connect;

import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.transforms.Transformation;

public class CheckColumns<R extends ConnectRecord<R>> implements Transformation<R> {
    @Override
    public R apply(R record) { return record; }
    @Override
    public ConfigDef config() { return new ConfigDef(); }
    @Override
    public void configure(Map<String, ?> configs) {}
    @Override
    public void close() {}
}

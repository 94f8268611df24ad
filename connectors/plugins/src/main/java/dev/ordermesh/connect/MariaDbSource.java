package dev.ordermesh.connect;

import io.debezium.connector.mariadb.MariaDbConnector;
import io.debezium.connector.mariadb.MariaDbConnectorTask;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.source.TransactionContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

/**
 * Debezium's MariaDB source, which begins each start with the first event of a transaction: it may repeat events, but passes over none.
 *
 * Beside the GTIDs of the transactions that it has done, Debezium stores how many events of the next one it has, and passes over so
 * many when it starts. Debezium 3.5.0 takes every GTID for the begin of a transaction, that of a DDL statement too, which no commit
 * follows. From then on the server's keep-alives are counted as the events of that transaction, one every 1.6 s until somebody
 * writes; after a start, the count then passes over the events of whole transactions that came later, and they are lost. So whoever
 * reads a stored offset, which is each start of a task for whatever reason, sees none of those counts.
 */
public class MariaDbSource extends MariaDbConnector {
    @Override
    public Class<? extends org.apache.kafka.connect.connector.Task> taskClass() {
        return Task.class;
    }

    public static class Task extends MariaDbConnectorTask {
        @Override
        public void initialize(SourceTaskContext context) {
            super.initialize(new Context(context));
        }
    }

    private record Context(SourceTaskContext worker) implements SourceTaskContext {
        @Override
        public Map<String, String> configs() {
            return worker.configs();
        }

        @Override
        public OffsetStorageReader offsetStorageReader() {
            return new Reader(worker.offsetStorageReader());
        }

        @Override
        public TransactionContext transactionContext() {
            return worker.transactionContext();
        }

        @Override
        public PluginMetrics pluginMetrics() {
            return worker.pluginMetrics();
        }
    }

    private record Reader(OffsetStorageReader stored) implements OffsetStorageReader {
        @Override
        public <T> Map<String, Object> offset(Map<String, T> partition) {
            return wholeTransactions(stored.offset(partition));
        }

        @Override
        public <T> Map<Map<String, T>, Map<String, Object>> offsets(Collection<Map<String, T>> partitions) {
            Map<Map<String, T>, Map<String, Object>> offsets = new LinkedHashMap<>();
            stored.offsets(partitions).forEach((partition, offset) -> offsets.put(partition, wholeTransactions(offset)));
            return offsets;
        }

        /** The offset without the counts of events, and of rows of one event, to pass over; null where none is stored. */
        private static Map<String, Object> wholeTransactions(Map<String, Object> offset) {
            if (offset == null) return null;
            Map<String, Object> without = new HashMap<>(offset);
            without.remove("event");
            without.remove("row");
            return without;
        }
    }
}

import { expect, test } from '@jest/globals';
import { rootCause, validationErrors } from '../src/cause.ts';

test('the root cause is the last Caused by, without the package', () => {
  const trace = `org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.
\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages(WorkerSinkTask.java:636)
Caused by: org.apache.kafka.connect.errors.ConnectException: JDBC sink connector failure
\tat io.debezium.connector.jdbc.JdbcSinkConnectorTask.put(JdbcSinkConnectorTask.java:106)
\t... 11 more
Caused by: java.sql.SQLSyntaxErrorException: (conn=9) Unknown column 'coupon' in 'INSERT INTO'
\tat org.mariadb.jdbc.export.ExceptionFactory.createException(ExceptionFactory.java:289)
\t... 15 more`;
  expect(rootCause(trace)).toBe("SQLSyntaxErrorException: (conn=9) Unknown column 'coupon' in 'INSERT INTO'");
});

test('a trace without a cause gives its first line', () => {
  expect(rootCause('java.lang.NoClassDefFoundError: com/fasterxml/x\n\tat a.b(C.java:1)')).toBe(
    'NoClassDefFoundError: com/fasterxml/x',
  );
});

test('no trace has no cause, and a long one is cut', () => {
  expect(rootCause(undefined)).toBeUndefined();
  expect(rootCause('')).toBeUndefined();
  expect(rootCause(`a.B: ${'x'.repeat(10_000)}`)?.length).toBeLessThan(310);
});

test('a refused configuration is told in one line', () => {
  const message =
    'Connector configuration is invalid and contains the following 2 error(s):\nMissing required configuration "topics"\n' +
    'Unable to connect: refused\nYou can also find the above list of errors at the endpoint `/connector-plugins/x`';
  expect(validationErrors(message)).toBe(
    'Missing required configuration "topics"; Unable to connect: refused',
  );
  expect(validationErrors('Connector x already exists')).toBe('Connector x already exists');
});

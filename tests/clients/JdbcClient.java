// PostgreSQL's JDBC driver against a served database: types, prepared statements in text and binary, batches, metadata, COPY.
//
// usage: java -cp postgresql.jar JdbcClient.java URL; prints "ok NAME" or "FAIL NAME: why" a check.

import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.*;
import java.util.*;
import org.postgresql.PGConnection;

public class JdbcClient {
    interface Check {
        void run(Connection c) throws Exception;
    }

    static void equal(Object expected, Object got) {
        if (!Objects.equals(expected, got))
            throw new AssertionError("expected " + expected + ", got " + got);
    }

    // Repeated often enough for the driver to prepare the statement and ask for binary results.
    static void values(Connection c) throws Exception {
        try (PreparedStatement s = c.prepareStatement(
                 "SELECT ?::int, ?::bigint, ?::text, ?::numeric, ?::timestamp, ?::bool, ?::float8, ?::bytea, ?::uuid")) {
            UUID id = UUID.randomUUID();
            Timestamp when = Timestamp.valueOf("2020-02-29 12:34:56.789");
            for (int i = 0; i < 12; i++) {
                s.setInt(1, i);
                s.setLong(2, 1L << 40);
                s.setString(3, "é" + i);
                s.setBigDecimal(4, new BigDecimal("1.50"));
                s.setTimestamp(5, when);
                s.setBoolean(6, true);
                s.setDouble(7, 0.1);
                s.setBytes(8, new byte[] {0, -1});
                s.setObject(9, id);
                try (ResultSet r = s.executeQuery()) {
                    r.next();
                    equal(i, r.getInt(1));
                    equal(1L << 40, r.getLong(2));
                    equal("é" + i, r.getString(3));
                    equal(new BigDecimal("1.50"), r.getBigDecimal(4));
                    equal(when, r.getTimestamp(5));
                    equal(true, r.getBoolean(6));
                    equal(0.1, r.getDouble(7));
                    equal(2, r.getBytes(8).length);
                    equal(id, r.getObject(9));
                }
            }
        }
    }

    static void keys(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            s.execute("CREATE TABLE jdbc(id serial PRIMARY KEY, name varchar(20) NOT NULL, amount numeric(8,2))");
            s.execute("CREATE TABLE part(id int PRIMARY KEY, jdbc_id int REFERENCES jdbc ON DELETE CASCADE)");
            s.execute("CREATE INDEX jdbc_name ON jdbc(name)");
        }
        try (PreparedStatement s =
                 c.prepareStatement("INSERT INTO jdbc(name) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            s.setString(1, "first");
            equal(1, s.executeUpdate());
            ResultSet r = s.getGeneratedKeys();
            r.next();
            equal(1, r.getInt("id"));
        }
    }

    static void batches(Connection c) throws Exception {
        try (PreparedStatement s = c.prepareStatement("INSERT INTO jdbc(name, amount) VALUES (?, ?)")) {
            for (int i = 0; i < 50; i++) {
                s.setString(1, "n" + i);
                s.setBigDecimal(2, new BigDecimal(i));
                s.addBatch();
            }
            equal(50, s.executeBatch().length);
        }
    }

    static void fetching(Connection c) throws Exception {
        c.setAutoCommit(false);
        try (Statement s = c.createStatement()) {
            s.setFetchSize(7);
            int count = 0;
            for (ResultSet r = s.executeQuery("SELECT * FROM jdbc"); r.next();)
                count++;
            equal(51, count);
        }
        c.rollback();
        c.setAutoCommit(true);
    }

    static Set<String> names(ResultSet r, String column) throws Exception {
        Set<String> names = new TreeSet<>();
        while (r.next())
            names.add(r.getString(column));
        return names;
    }

    static void metadata(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        equal(15, m.getDatabaseMajorVersion());
        equal(Set.of("jdbc", "part"), names(m.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME"));
        equal(Set.of("id"), names(m.getPrimaryKeys(null, "public", "jdbc"), "COLUMN_NAME"));
        ResultSet r = m.getImportedKeys(null, "public", "part");
        r.next();
        equal("jdbc", r.getString("PKTABLE_NAME"));
        equal("jdbc_id", r.getString("FKCOLUMN_NAME"));
        equal((short) DatabaseMetaData.importedKeyCascade, r.getShort("DELETE_RULE"));
        equal(Set.of("part"), names(m.getExportedKeys(null, "public", "jdbc"), "FKTABLE_NAME"));
        equal(Set.of("jdbc_name", "jdbc_pkey"),
              names(m.getIndexInfo(null, "public", "jdbc", false, true), "INDEX_NAME"));
        equal(true, names(m.getSchemas(), "TABLE_SCHEM").contains("public"));
        equal(true, names(m.getTypeInfo(), "TYPE_NAME").contains("int4"));
        names(m.getFunctions(null, null, "lower"), "FUNCTION_NAME");
        names(m.getTablePrivileges(null, "public", "jdbc"), "PRIVILEGE");
    }

    static void tableColumns(Connection c) throws Exception {
        DatabaseMetaData m = c.getMetaData();
        ResultSet r = m.getColumns(null, "public", "jdbc", "%");
        r.next();
        equal("id", r.getString("COLUMN_NAME"));
        equal("serial", r.getString("TYPE_NAME"));
        equal("YES", r.getString("IS_AUTOINCREMENT"));
        r.next();
        equal(20, r.getInt("COLUMN_SIZE"));
        equal("NO", r.getString("IS_NULLABLE"));
    }

    static void columns(Connection c) throws Exception {
        try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT id, name, amount FROM jdbc")) {
            ResultSetMetaData m = r.getMetaData();
            equal("jdbc", m.getTableName(1));
            equal(true, m.isAutoIncrement(1));
            equal(ResultSetMetaData.columnNoNulls, m.isNullable(2));
            equal(2, m.getScale(3));
        }
    }

    static void errors(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            s.execute("INSERT INTO jdbc(id, name) VALUES (1, 'again')");
            throw new AssertionError("no error");
        } catch (SQLException e) {
            equal("23505", e.getSQLState());
        }
    }

    static void savepoints(Connection c) throws Exception {
        c.setAutoCommit(false);
        try (Statement s = c.createStatement()) {
            Savepoint p = c.setSavepoint();
            s.execute("DELETE FROM jdbc");
            c.rollback(p);
            c.commit();
        }
        c.setAutoCommit(true);
    }

    static void copying(Connection c) throws Exception {
        long rows = c.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY jdbc(name) FROM STDIN",
                                                                     new StringReader("a\nb\n"));
        equal(2L, rows);
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("values_come_back", JdbcClient::values);
        checks.put("generated_keys_are_returned", JdbcClient::keys);
        checks.put("batches_run", JdbcClient::batches);
        checks.put("rows_are_fetched_in_parts", JdbcClient::fetching);
        checks.put("metadata_describes_the_database", JdbcClient::metadata);
        checks.put("metadata_describes_columns", JdbcClient::tableColumns);
        checks.put("results_describe_their_columns", JdbcClient::columns);
        checks.put("errors_have_a_state", JdbcClient::errors);
        checks.put("savepoints_roll_back", JdbcClient::savepoints);
        checks.put("copy_goes_in", JdbcClient::copying);
        boolean failed = false;
        try (Connection c = DriverManager.getConnection(arguments[0])) {
            for (Map.Entry<String, Check> check : checks.entrySet()) {
                try {
                    check.getValue().run(c);
                    System.out.println("ok " + check.getKey());
                } catch (Throwable e) {
                    failed = true;
                    System.out.println("FAIL " + check.getKey() + ": " + String.valueOf(e).replace('\n', ' '));
                }
            }
        }
        System.exit(failed ? 1 : 0);
    }
}

package io.riacho.cli.query;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.lake.QueryException;
import io.riacho.lake.QueryLimits;
import io.riacho.lake.QueryResult;
import io.riacho.server.ServerConfig;
import io.riacho.server.StoredData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Queries over the data directory of a server that is not running.
public final class StoppedServer {

    private StoppedServer() {}

    /// Asks.
    ///
    /// @throws CommandFailedException when the directory cannot be opened (a server may be running on
    ///     it) or the query is refused
    public static Answer ask(Path data, String sql) {
        ServerConfig config = ServerConfig.with(Map.of("data", data.toString()));
        try (StoredData stored = StoredData.open(config);
                QueryResult result = stored.lake().query(sql, QueryLimits.defaults())) {
            List<String> columns = result.columns().stream().map(QueryResult.Column::name).toList();
            List<List<@Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>(columns.size());
                for (int i = 0; i < columns.size(); i++) {
                    row.add(plain(result.value(i)));
                }
                rows.add(row);
            }
            return new Answer(columns, rows, result.truncated());
        } catch (QueryException | IOException e) {
            throw new CommandFailedException(Exit.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Boolean same -> same;
            case Number same -> same;
            default -> value.toString();
        };
    }
}

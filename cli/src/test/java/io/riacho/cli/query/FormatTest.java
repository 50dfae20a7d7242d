package io.riacho.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Answers in each format, as printed.
class FormatTest {

    private static final Answer ANSWER =
            new Answer(
                    List.of("sensor", "mean", "unit"),
                    List.of(row("caatinga-ção", 24.5, null), row("b,\"c\"\n", -1L, "°C")),
                    false);

    private static List<@Nullable Object> row(@Nullable Object... values) {
        return Arrays.asList(values);
    }

    private static String printed(Format format, Answer answer) {
        StringWriter out = new StringWriter();
        format.print(answer, new PrintWriter(out));
        return out.toString();
    }

    @Test
    void tableAlignsNumbersToTheRightAndShowsNoControlCharacters() {
        assertThat(printed(Format.TABLE, ANSWER))
                .isEqualTo(
                        """
                        sensor        mean  unit
                        ────────────  ────  ────
                        caatinga-ção  24.5
                        b,"c"�          -1  °C
                        2 rows
                        """);
    }

    @Test
    void emptyTableStillNamesItsColumns() {
        Answer empty = new Answer(List.of("a"), List.of(), false);
        assertThat(printed(Format.TABLE, empty)).isEqualTo("a\n─\n0 rows\n");
    }

    @Test
    void csvQuotesWhatNeedsIt() {
        assertThat(printed(Format.CSV, ANSWER))
                .isEqualTo("sensor,mean,unit\r\ncaatinga-ção,24.5,\r\n\"b,\"\"c\"\"\n\",-1,°C\r\n");
    }

    @Test
    void jsonIsOneObjectALine() {
        assertThat(printed(Format.JSON, ANSWER))
                .isEqualTo(
                        """
                        {"sensor":"caatinga-ção","mean":24.5,"unit":null}
                        {"sensor":"b,\\"c\\"\\n","mean":-1,"unit":"°C"}
                        """);
    }
}

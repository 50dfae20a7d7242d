package io.riacho.rules;

import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compiles conditions written in CEL, the Common Expression Language
/// (<https://github.com/google/cel-spec/blob/master/doc/langdef.md>), over `average`, `min`, `max`,
/// `last`, `stddev`, `variance` (double) and `count` (int). Safe for use by many threads.
///
/// Doubles and ints may be compared with `<`, `<=`, `>`, `>=`; elsewhere CEL wants both of a kind:
/// `average * 2.0`. Macros are off, so that a condition's time is bounded by its length.
public final class CelConditions {

    /// Characters in a condition.
    public static final int CONDITION_CHARS_MAX = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(CelConditions.class);

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .enableHeterogeneousNumericComparisons(true)
                    .maxExpressionCodePointSize(CONDITION_CHARS_MAX)
                    .maxParseRecursionDepth(64)
                    .build();

    /// Made when the first condition needs them: loading CEL takes longer than starting without.
    private static final class Cel {
        static final CelCompiler COMPILER = compiler();
        static final CelRuntime RUNTIME =
                CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

        private static CelCompiler compiler() {
            CelCompilerBuilder builder =
                    CelCompilerFactory.standardCelCompilerBuilder()
                            .setOptions(OPTIONS)
                            .setResultType(SimpleType.BOOL);
            for (Variable variable : Variable.values()) {
                builder.addVar(
                        variable.text, variable.isWhole() ? SimpleType.INT : SimpleType.DOUBLE);
            }
            return builder.build();
        }
    }

    private final LongAdder failures = new LongAdder();

    /// How often a condition could not be evaluated and so did not hold, over all conditions.
    public long failures() {
        return failures.sum();
    }

    /// Compiles a condition.
    ///
    /// @param rule the rule's name, for messages
    /// @param key where in the rule it stands: `when` or `until`
    /// @throws RuleException naming rule, place, what is wrong and which variables there are
    public Condition compile(String rule, String key, String text) throws RuleException {
        Comparison simple = Comparison.of(text);
        return simple != null ? simple : compileCel(rule, key, text);
    }

    /// Compiles a condition by CEL, whatever its shape.
    Condition compileCel(String rule, String key, String text) throws RuleException {
        if (text.isBlank()) {
            throw new RuleException(
                    "rule '" + rule + "': '" + key + "' is empty; write a condition: average > 25");
        }
        CelValidationResult result = Cel.COMPILER.compile(text);
        if (result.hasError()) {
            throw new RuleException(
                    "rule '"
                            + rule
                            + "': '"
                            + key
                            + "': "
                            + result.getErrors().stream()
                                    .map(CelConditions::text)
                                    .collect(Collectors.joining("; "))
                            + "; the condition is: "
                            + text.strip()
                            + "; the variables are "
                            + Variable.list()
                            + "; in arithmetic and with == write 2.0 rather than 2, except with"
                            + " count");
        }
        try {
            return new CelCondition(
                    rule, key, text.strip(), Cel.RUNTIME.createProgram(result.getAst()));
        } catch (CelValidationException | CelEvaluationException e) {
            throw new RuleException(
                    "rule '" + rule + "': '" + key + "': " + e.getMessage() + ": " + text.strip());
        }
    }

    private static String text(CelIssue issue) {
        return "line "
                + issue.getSourceLocation().getLine()
                + ", column "
                + (issue.getSourceLocation().getColumn() + 1)
                + ": "
                + issue.getMessage();
    }

    private final class CelCondition implements Condition {

        private final String rule;
        private final String key;
        private final String text;
        private final CelRuntime.Program program;
        private volatile boolean reported;

        CelCondition(String rule, String key, String text, CelRuntime.Program program) {
            this.rule = rule;
            this.key = key;
            this.text = text;
            this.program = program;
        }

        @Override
        public boolean holds(Statistics statistics) {
            try {
                return Boolean.TRUE.equals(program.eval(name -> value(name, statistics)));
            } catch (CelEvaluationException | RuntimeException e) {
                failures.increment();
                if (!reported) {
                    reported = true;
                    LOG.warn(
                            "rule '{}': '{}' cannot be evaluated and so does not hold: {} ({});"
                                    + " further failures of this rule are only counted",
                            rule,
                            key,
                            text,
                            e.getMessage());
                }
                return false;
            }
        }

        @Override
        public String text() {
            return text;
        }
    }

    private static Optional<Object> value(String name, Statistics statistics) {
        @Nullable Variable variable = Variable.called(name);
        if (variable == null) {
            return Optional.empty();
        }
        if (variable.isWhole()) {
            return Optional.of(statistics.count());
        }
        return Optional.of(variable.of(statistics));
    }
}

package io.riacho.rules;

import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/// `variable operator number`, the shape of nearly every condition, run without CEL: a few
/// nanoseconds, and a server whose rules are all like this never loads CEL's classes.
///
/// Recognizes only what CEL accepts too, and then means the same; a test holds both side by side.
record Comparison(Variable variable, Operator operator, double number, String text)
        implements Condition {

    enum Operator {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        EQUAL("=="),
        NOT_EQUAL("!=");

        final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        static Operator of(String sign) {
            for (Operator operator : values()) {
                if (operator.sign.equals(sign)) {
                    return operator;
                }
            }
            throw new IllegalArgumentException(sign);
        }
    }

    /// CEL's white space, identifiers and decimal literals, except literals with leading zeros.
    private static final Pattern SHAPE =
            Pattern.compile(
                    "[ \\t\\r\\n\\f]*([a-z]+)[ \\t\\r\\n\\f]*(<=|>=|==|!=|<|>)[ \\t\\r\\n\\f]*"
                            + "(-?(?:0|[1-9][0-9]{0,14})(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?)"
                            + "[ \\t\\r\\n\\f]*");

    /// The comparison that a text is, or null: then it is for CEL to say.
    static @Nullable Comparison of(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        Variable variable = Variable.called(matcher.group(1));
        if (variable == null) {
            return null;
        }
        Operator operator = Operator.of(matcher.group(2));
        boolean wholeNumber = matcher.group(4) == null && matcher.group(5) == null;
        boolean equality = operator == Operator.EQUAL || operator == Operator.NOT_EQUAL;
        if (equality && wholeNumber != variable.isWhole()) {
            return null;
        }
        double number = Double.parseDouble(matcher.group(3));
        return Double.isFinite(number)
                ? new Comparison(variable, operator, number, text.strip())
                : null;
    }

    @Override
    public boolean holds(Statistics statistics) {
        return holds(variable.of(statistics));
    }

    private boolean holds(double value) {
        return switch (operator) {
            case LESS -> value < number;
            case LESS_OR_EQUAL -> value <= number;
            case GREATER -> value > number;
            case GREATER_OR_EQUAL -> value >= number;
            case EQUAL -> value == number;
            case NOT_EQUAL -> value != number;
        };
    }

    /// A value for which this and another condition of the same variable hold at once, or null: there
    /// is none, or the variables differ.
    @Nullable Double sharedWith(Comparison other) {
        if (variable != other.variable) {
            return null;
        }
        double least = Math.min(number, other.number);
        double most = Math.max(number, other.number);
        double middle = least + (most - least) / 2;
        // Between and beyond the two numbers neither condition changes.
        DoubleStream values =
                variable.isWhole()
                        ? DoubleStream.of(
                                Math.ceil(least) - 1,
                                Math.floor(least),
                                Math.floor(least) + 1,
                                Math.floor(middle),
                                Math.ceil(most) - 1,
                                Math.ceil(most),
                                Math.floor(most) + 1)
                        : DoubleStream.of(least - 1, least, middle, most, most + 1);
        OptionalDouble shared =
                values.filter(value -> holds(value) && other.holds(value)).findFirst();
        return shared.isPresent() ? shared.getAsDouble() : null;
    }
}

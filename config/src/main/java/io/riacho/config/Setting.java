package io.riacho.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// One key of the configuration, on the record component that holds it.
///
/// The key is the component's name in kebab case (`lineBytesMax` is `line-bytes-max`). Its type says
/// how it is written; a whole number whose name contains `bytes` is a size (`64MiB`).
///
/// A component without this annotation is no setting: its type is a record with a constant `DEFAULT`,
/// which it gets. So a part's limits that nobody configures stand beside those that somebody does, and
/// its tests may change them.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {

    /// What it does, in a sentence or two, for the example file.
    String doc();

    /// The [#value()] of what has no default and must be written.
    String REQUIRED = "required";

    /// The largest number of a port, for [#max()].
    int PORT_MAX = 65_535;

    /// 366 days, for [#max()]: deadlines so far away still fit 64 bits of nanoseconds.
    long YEAR_MILLIS = 366 * 86_400_000L;

    /// For [#max()]: sums of a few such sizes still fit 64 bits.
    long PEBIBYTE = 1L << 50;

    /// The default, written as in the file. `none` is null, and only what may be null has it. Unused
    /// for a section.
    String value() default REQUIRED;

    /// The key, where kebab case of the name is not what the file says.
    String key() default "";

    /// For a section whose keys stand among those of the record that holds it, without a level of
    /// their own.
    boolean inline() default false;

    /// Never printed.
    boolean secret() default false;

    /// The smallest number, or duration in milliseconds.
    long min() default Long.MIN_VALUE;

    /// The largest number, or duration in milliseconds.
    long max() default Long.MAX_VALUE;
}

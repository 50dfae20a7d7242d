package io.riacho.cli.common;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs to standard error, one line each, quietly: our own from INFO, libraries from WARN.
///
/// Written in code and not in XML, since parsing XML would be a tenth of the time it takes to start.
/// `RIACHO_LOG=debug` shows more, with stack traces. Line breaks in a message are replaced: what a
/// client sends cannot forge a line.
public final class Logging extends ContextAwareBase implements Configurator {

    private static final String LINE =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0}: "
                    + "%replace(%msg %ex{short}){'[\\r\\n\\t]+', ' '}%n%nopex";
    private static final String LINE_WITH_TRACE =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level [%thread] %logger{0}: %msg%n%ex";

    /// Whether `RIACHO_LOG` asks for everything.
    public static boolean debugging() {
        return "debug".equalsIgnoreCase(System.getenv("RIACHO_LOG"));
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(debugging() ? LINE_WITH_TRACE : LINE);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(console);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        context.getLogger("io.riacho").setLevel(debugging() ? Level.DEBUG : Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// Sends what gRPC and the JDK log the same way.
    public static void takeOverJavaLogging() {
        LogManager.getLogManager().reset();
        java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
        root.setLevel(java.util.logging.Level.WARNING);
        root.addHandler(new ToSlf4j());
    }

    private static final class ToSlf4j extends Handler {
        @Override
        public void publish(LogRecord entry) {
            String name = entry.getLoggerName() == null ? "java" : entry.getLoggerName();
            Logger logger = LoggerFactory.getLogger(name);
            if (entry.getLevel().intValue() >= java.util.logging.Level.SEVERE.intValue()) {
                logger.error(entry.getMessage(), entry.getThrown());
            } else {
                logger.warn(entry.getMessage(), entry.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}

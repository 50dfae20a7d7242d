package io.riacho.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests of how the threads of a pipeline end: when they are told to, whatever is under way, and when one of
/// them meets a mistake.
class PipelineThreadsTest {

    @TempDir Path directory;

    @Test
    void aSealUnderWayDoesNotHoldUpTheEndAndNothingIsLost() throws Exception {
        Opened opened = new Opened(directory);
        assertThat(opened.submit("s", 1, 0)).isNotNull();
        opened.work();
        assertThat(opened.pipeline.seal()).isNotNull();
        CountDownLatch latch = new CountDownLatch(1);
        opened.disk.lakeWaits = latch;
        PipelineThreads threads = PipelineThreads.start(opened.pipeline, () -> {});
        assertThat(opened.disk.sealBegan.await(10, TimeUnit.SECONDS)).isTrue();
        Thread.ofVirtual()
                .start(() -> {
                    sleep(500);
                    latch.countDown();
                });
        long began = System.nanoTime();
        threads.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        try (Opened again = new Opened(directory)) {
            assertThat(again.pipeline.lake().unsealedRows()).isEqualTo(1);
            assertThat(again.pipeline.fold().series().summaries()).hasSize(1);
        }
    }

    @Test
    void aMistakeOnTheClockThreadEndsTheServerInsteadOfTheSchedule() throws Exception {
        Opened opened = new Opened(directory);
        opened.clockFailsOn = "riacho-clock";
        CountDownLatch broken = new CountDownLatch(1);
        try (PipelineThreads _ = PipelineThreads.start(opened.pipeline, broken::countDown)) {
            assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.riacho.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The grades that findings get.
class DiagnosisTest {

    @ParameterizedTest
    @CsvSource({"25, PASS", "26, WARN"})
    void java(int feature, Finding.Grade grade) {
        assertThat(Diagnosis.java(feature, "/jdk").grade()).isEqualTo(grade);
    }

    @ParameterizedTest
    @CsvSource({"100, 512, FAIL", "513, 512, WARN", "2048, 512, PASS", "5, 0, PASS"})
    void freeDisk(long freeMib, long floorMib, Finding.Grade grade) {
        assertThat(Diagnosis.free(freeMib << 20, floorMib << 20).grade()).isEqualTo(grade);
    }

    @ParameterizedTest
    @CsvSource({"3, WARN", "130, PASS", "5000, PASS", "20000, WARN"})
    void sync(long micros, Finding.Grade grade) {
        assertThat(Diagnosis.sync(new long[] {micros, micros, micros}).grade()).isEqualTo(grade);
    }

    @Test
    void clock() {
        Instant now = Instant.parse("2026-11-21T00:00:00Z");
        assertThat(Diagnosis.clock(Instant.EPOCH, true).grade()).isEqualTo(Finding.Grade.FAIL);
        assertThat(Diagnosis.clock(now, true).grade()).isEqualTo(Finding.Grade.PASS);
        assertThat(Diagnosis.clock(now, false).grade()).isEqualTo(Finding.Grade.WARN);
        assertThat(Diagnosis.clock(now, null).detail()).contains("cannot be told");
    }

    @ParameterizedTest
    @CsvSource({"1024, WARN", "65536, PASS"})
    void openFiles(long max, Finding.Grade grade) {
        assertThat(Diagnosis.openFiles(max).grade()).isEqualTo(grade);
    }
}

package io.riacho.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.disk.RealDisk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bytes of version 1, made by a program that shares no code with the journal. A change of the
/// format needs a version 2 and a golden file of its own; this one must stay readable.
class GoldenFileTest {

    private static final long SALT = 0x0123456789ABCDEFL;
    private static final String NAME = "00000000000000000000.journal";
    private static final JournalOptions OPTIONS = new JournalOptions(8192, 1024);

    @TempDir private Path directory;

    @Test
    void itHasTheFieldsThatTheTablesSay() throws IOException {
        byte[] golden = golden();
        ByteBuffer bytes = ByteBuffer.wrap(golden).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(golden).hasSize(8192);
        assertThat(new String(golden, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("RIACHOJL");
        assertThat(bytes.getInt(8)).as("version").isEqualTo(1);
        assertThat(bytes.getInt(12)).as("header bytes").isEqualTo(4096);
        assertThat(bytes.getLong(16)).as("base position").isEqualTo(0);
        assertThat(bytes.getLong(24)).as("salt").isEqualTo(SALT);
        assertThat(bytes.getInt(4092)).as("checksum").isEqualTo(crc(golden, 0, 4092));
        assertThat(Arrays.copyOfRange(golden, 32, 4092)).containsOnly(0);

        checkEntry(golden, 4096, 5, 2, 0, 0);
        assertThat(new String(golden, 4128, 5, StandardCharsets.US_ASCII)).isEqualTo("first");
        assertThat(Arrays.copyOfRange(golden, 4133, 4160)).as("padding").containsOnly(0);
        checkEntry(golden, 4160, 0, 1, 2, 2);
        checkEntry(golden, 4192, 256, 300, 3, 2);
        checkEntry(golden, 4480, 0, 0, 303, 303);
        assertThat(Arrays.copyOfRange(golden, 4512, 8192)).containsOnly(0);
    }

    private static void checkEntry(
            byte[] golden, int at, int payloadBytes, int records, long base, long synced) {
        ByteBuffer bytes = ByteBuffer.wrap(golden).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getInt(at)).as("payload bytes").isEqualTo(payloadBytes);
        assertThat(bytes.getInt(at + 4)).as("records").isEqualTo(records);
        assertThat(bytes.getLong(at + 8)).as("base position").isEqualTo(base);
        assertThat(bytes.getLong(at + 16)).as("synced position").isEqualTo(synced);
        int padded = (payloadBytes + 31) / 32 * 32;
        assertThat(bytes.getInt(at + 24))
                .as("payload checksum")
                .isEqualTo(crc(golden, at + 32, padded));
        ByteBuffer salted = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
        salted.putLong(SALT).putLong(at).put(golden, at, 28);
        assertThat(bytes.getInt(at + 28)).as("checksum").isEqualTo(crc(salted.array(), 0, 44));
    }

    @Test
    void itIsReadByThisVersion() throws IOException {
        Path journalDirectory = Files.createDirectories(directory.resolve("journal"));
        Files.write(journalDirectory.resolve(NAME), golden());
        List<String> entries = new ArrayList<>();
        try (Journal journal = Journal.open(new RealDisk(), journalDirectory, OPTIONS)) {
            assertThat(journal.nextPosition()).isEqualTo(303);
            journal.replay(
                    0,
                    (base, records, payload) -> {
                        byte[] bytes = new byte[payload.remaining()];
                        payload.get(bytes);
                        entries.add(base + " " + records + " " + HexFormat.of().formatHex(bytes));
                    });
        }
        byte[] counting = new byte[256];
        for (int i = 0; i < counting.length; i++) {
            counting[i] = (byte) i;
        }
        assertThat(entries)
                .containsExactly(
                        "0 2 6669727374", "2 1 ", "3 300 " + HexFormat.of().formatHex(counting));
        assertThat(Files.readAllBytes(journalDirectory.resolve(NAME)))
                .as("opening and closing a whole journal changes nothing")
                .isEqualTo(golden());
    }

    @Test
    void itIsWhatThisVersionWrites() throws IOException {
        Path journalDirectory = directory.resolve("journal");
        try (Journal journal =
                Journal.open(new RealDisk(), journalDirectory, OPTIONS, () -> SALT)) {
            journal.append(ByteBuffer.wrap("first".getBytes(StandardCharsets.US_ASCII)), 2);
            journal.sync();
            journal.append(ByteBuffer.allocate(0), 1);
            ByteBuffer counting = ByteBuffer.allocate(256);
            for (int i = 0; i < 256; i++) {
                counting.put((byte) i);
            }
            journal.append(counting.flip(), 300);
        }
        assertThat(Files.readAllBytes(journalDirectory.resolve(NAME))).isEqualTo(golden());
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private static byte[] golden() throws IOException {
        try (InputStream stream = GoldenFileTest.class.getResourceAsStream("/golden/v1.journal")) {
            if (stream == null) {
                throw new IOException("golden/v1.journal is not on the class path");
            }
            return stream.readAllBytes();
        }
    }
}

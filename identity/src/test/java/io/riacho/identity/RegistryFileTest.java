package io.riacho.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.RealDisk;
import io.riacho.simulation.CrashedException;
import io.riacho.simulation.DiskThatLosesUnsyncedWrites;
import io.riacho.simulation.Seed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The registry on disk.
class RegistryFileTest {

    private static final Path GOLDEN = Path.of("src/test/resources/io/riacho/identity/devices-1");
    private static final Instant NOW = Instant.parse("2026-01-31T07:30:00Z");

    @TempDir Path folder;

    static RegisteredDevice device(String name, int number) {
        return new RegisteredDevice(
                name,
                Role.GATEWAY,
                List.of(),
                List.of(),
                RegisteredDevice.Origin.OWN,
                NOW,
                null,
                List.of(certificate(number)));
    }

    private static DeviceCertificate certificate(int number) {
        return new DeviceCertificate(
                "%064x".formatted(number),
                "%x".formatted(number + 1),
                NOW,
                NOW.plusSeconds(86_400),
                null);
    }

    /// One of each kind.
    private static Registry sample() {
        return new Registry(
                List.of(
                        new RegisteredDevice(
                                "gateway-1",
                                Role.GATEWAY,
                                List.of("field-*", "bomba d'água ?"),
                                List.of("valve-*"),
                                RegisteredDevice.Origin.OWN,
                                NOW,
                                null,
                                List.of(
                                        certificate(1).refusedFrom(NOW.plusSeconds(60)),
                                        certificate(2))),
                        new RegisteredDevice(
                                "irrigation-compute",
                                Role.COMPUTE,
                                List.of(),
                                List.of(),
                                RegisteredDevice.Origin.OWN,
                                NOW,
                                NOW.plusSeconds(5),
                                List.of(certificate(3))),
                        new RegisteredDevice(
                                "panel:2",
                                Role.OPERATOR,
                                List.of(),
                                List.of(),
                                RegisteredDevice.Origin.TRUSTED,
                                NOW,
                                null,
                                List.of(certificate(4)))));
    }

    @Test
    void goldenFileIsWhatIsWrittenAndIsRead() throws Exception {
        byte[] written = RegistryFormat.encode(sample());
        if (Boolean.getBoolean("riacho.update")) {
            Files.createDirectories(GOLDEN.toAbsolutePath().getParent());
            Files.write(GOLDEN, written);
        }

        assertThat(written).isEqualTo(Files.readAllBytes(GOLDEN));
        assertThat(RegistryFormat.decode(Files.readAllBytes(GOLDEN)).devices())
                .containsExactlyElementsOf(sample().devices());
    }

    @Test
    void anyByteThatIsChangedOrMissingIsSeen() throws Exception {
        byte[] whole = RegistryFormat.encode(sample());
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            assertThatThrownBy(() -> RegistryFormat.decode(damaged))
                    .as("byte %d", i)
                    .isInstanceOf(IdentityException.class);
            byte[] cut = Arrays.copyOf(whole, i);
            assertThatThrownBy(() -> RegistryFormat.decode(cut))
                    .as("cut at %d", i)
                    .isInstanceOf(IdentityException.class);
        }
    }

    @Test
    void damageNamesTheFileAndTheRemedy() throws Exception {
        Files.writeString(folder.resolve("devices"), "riacho-devices 1\ncrc32c 00000000\n");
        RegistryFile file = new RegistryFile(new RealDisk(), folder);

        assertThatThrownBy(file::read)
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining(folder.resolve("devices").toString())
                .hasMessageContaining("checksum")
                .hasMessageContaining("backup");
        assertThatThrownBy(() -> file.change(before -> before.with(device("a", 1))))
                .isInstanceOf(IdentityException.class);
        assertThat(folder.resolve("devices")).hasContent("riacho-devices 1\ncrc32c 00000000\n");
    }

    @Test
    void aChangeThatThrowsOrChangesNothingWritesNothing() throws Exception {
        RegistryFile file = new RegistryFile(new RealDisk(), folder);
        file.change(before -> before.with(device("a", 1)));
        FileStamp stamp = FileStamp.of(file.path());

        assertThatThrownBy(() ->
                        file.change(_ -> {
                            throw new IdentityException("no");
                        }))
                .hasMessage("no");
        file.change(before -> before);

        assertThat(FileStamp.of(file.path())).isEqualTo(stamp);
    }

    static List<Seed> seeds() {
        return Seed.several(40);
    }

    /// Power goes off at any operation of any change: what was confirmed is there, and nothing but
    /// what was confirmed or on its way.
    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasConfirmedSurvivesAnyCrash(Seed seed) {
        seed.run(this::crashAndLook);
    }

    private void crashAndLook(SplittableRandom random) throws Exception {
        Path root = Files.createDirectory(folder.resolve("disk"));
        int confirmed = 0;
        int tried = 0;
        try (DiskThatLosesUnsyncedWrites disk = new DiskThatLosesUnsyncedWrites(root)) {
            Path directory = root.resolve("identity");
            disk.crashAfter(random.nextLong(1, 60));
            try {
                RegistryFile file = new RegistryFile(disk, directory);
                for (int i = 0; i < 12; i++) {
                    int number = i;
                    tried++;
                    file.change(before -> before.with(device("d-" + number, number)));
                    confirmed++;
                }
            } catch (CrashedException _) {
                // As planned.
            }
            disk.crash(random);
            List<String> found = new ArrayList<>();
            new RegistryFile(disk, directory)
                    .read()
                    .devices()
                    .forEach(each -> found.add(each.name()));
            assertThat(found).hasSizeBetween(confirmed, tried);
            for (int i = 0; i < found.size(); i++) {
                assertThat(found).contains("d-" + i);
            }
        }
    }

    @Test
    void readersNeverSeeHalfAChange() throws Exception {
        RegistryFile file = new RegistryFile(new RealDisk(), folder);
        file.change(before -> before.with(List.of(device("a", 0), device("b", 1))));
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                for (int i = 1; i < 60; i++) {
                                    int next = 2 * i;
                                    file.change(before ->
                                            before.with(
                                                    List.of(
                                                            device("a", next),
                                                            device("b", next + 1))));
                                }
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        KnownDevices known = new KnownDevices(file);
        int last = 0;
        while (writer.isAlive() || last < 118) {
            known.refresh();
            int a = number(known.registry(), "a");
            assertThat(number(known.registry(), "b")).isEqualTo(a + 1);
            assertThat(a).isGreaterThanOrEqualTo(last);
            last = a;
        }
        writer.join();
        assertThat(last).isEqualTo(118);
    }

    private static int number(Registry registry, String name) {
        RegisteredDevice device = Objects.requireNonNull(registry.device(name));
        return Integer.parseInt(device.current().fingerprint(), 16);
    }

    @Test
    void registryHoldsNoTwoOfAName() {
        assertThatThrownBy(() -> new Registry(List.of(device("a", 1), device("a", 2))))
                .hasMessageContaining("two devices are called a");
        assertThatThrownBy(() -> new Registry(List.of(device("a", 1), device("b", 1))))
                .hasMessageContaining("share the certificate");
    }

    @Test
    void textIsReadable() {
        assertThat(
                        Stream.of(
                                        new String(
                                                        RegistryFormat.encode(sample()),
                                                        StandardCharsets.UTF_8)
                                                .split("\n", -1))
                                .limit(3))
                .containsExactly(
                        "riacho-devices 1",
                        "device\tgateway-1\tgateway\town\t2026-01-31T07:30:00Z\t-",
                        "sensors\tfield-*");
    }
}

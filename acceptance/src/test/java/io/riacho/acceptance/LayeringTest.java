package io.riacho.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The floors of the house, stated once: who may know whom.
class LayeringTest {

    /// From the ground up: a part and the parts that it may know. Nothing else of Riacho's; what is not
    /// here may not be there.
    private static final Map<String, List<String>> FLOORS = new LinkedHashMap<>();

    static {
        floor("protocol");
        floor("disk");
        floor("core");
        floor("config");
        floor("limits");
        floor("net");
        floor("mqtt", "config");
        floor("simulation", "disk");
        floor("journal", "disk");
        floor("lake", "disk");
        floor("api", "core");
        floor("formats", "api", "core");
        floor("rules", "core", "config");
        floor("http", "config", "net", "formats");
        floor("identity", "core", "disk", "config", "formats", "mqtt");
        // Doors and pipeline meet in api alone.
        floor("dashboard", "api", "config", "formats", "net", "http");
        floor(
                "pipeline",
                "api",
                "core",
                "config",
                "formats",
                "limits",
                "disk",
                "journal",
                "lake",
                "mqtt");
        floor(
                "doors",
                "api",
                "core",
                "config",
                "formats",
                "limits",
                "net",
                "http",
                "identity",
                "mqtt",
                "protocol");
        floor("server", all());
        // Whoever calls a server is no part of one.
        floor("client", "identity");
        floor("field", "protocol", "formats", "identity", "client");
        floor("loadtest", "protocol", "net", "client");
        floor("cli", all());
        floor("benchmarks", all());
    }

    static final JavaClasses RIACHO =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.riacho");

    private static void floor(String part, String... mayKnow) {
        FLOORS.put(part, List.of(mayKnow));
    }

    private static String[] all() {
        return FLOORS.keySet().toArray(String[]::new);
    }

    private static String partOf(JavaClass type) {
        String[] levels = type.getPackageName().split("\\.", -1);
        return levels.length > 2 ? levels[2] : "";
    }

    static List<String> floors() {
        return List.copyOf(FLOORS.keySet());
    }

    @Test
    void everyPackageStandsOnAFloor() {
        assertThat(RIACHO.stream().map(LayeringTest::partOf).collect(Collectors.toSet()))
                .isSubsetOf(FLOORS.keySet());
    }

    @ParameterizedTest
    @MethodSource("floors")
    void aFloorKnowsOnlyWhatIsBelowIt(String part) {
        List<String> known = new ArrayList<>();
        known.add("io.riacho." + part + "..");
        FLOORS.getOrDefault(part, List.of()).forEach(each -> known.add("io.riacho." + each + ".."));
        DescribedPredicate<JavaClass> ours = resideInAPackage("io.riacho..");
        noClasses()
                .that()
                .resideInAPackage("io.riacho." + part + "..")
                .should()
                .dependOnClassesThat(
                        ours.and(not(resideInAnyPackage(known.toArray(String[]::new)))))
                .allowEmptyShould(true)
                .check(RIACHO);
    }

    /// Each package is a slice of its own, so that one below another is held, too.
    @Test
    void noPackagesStandInACircle() {
        slices().assignedFrom(
                        new SliceAssignment() {
                            @Override
                            public SliceIdentifier getIdentifierOf(JavaClass type) {
                                return SliceIdentifier.of(type.getPackageName());
                            }

                            @Override
                            public String getDescription() {
                                return "packages";
                            }
                        })
                .should()
                .beFreeOfCycles()
                .check(RIACHO);
    }

    @Test
    void theCoreKnowsNothingButJava() {
        classes()
                .that()
                .resideInAPackage("io.riacho.core..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.riacho.core..", "java..", "org.jspecify..")
                .check(RIACHO);
    }

    @Test
    void theCoreHasNoClockNoThreadsNoFilesAndNoChance() {
        noClasses()
                .that()
                .resideInAPackage("io.riacho.core..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage(
                                        "java.nio.file..",
                                        "java.net..",
                                        "java.util.concurrent..",
                                        "java.sql..")
                                // A converter of units.
                                .and(not(type(TimeUnit.class))))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.time.Clock")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(RIACHO);
    }

    @Test
    void diskAndApiKnowNothingOfNetsAndEngines() {
        classes()
                .that()
                .resideInAPackage("io.riacho.disk..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.riacho.disk..", "java..", "org.jspecify..")
                .check(RIACHO);
        classes()
                .that()
                .resideInAPackage("io.riacho.api..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.riacho.api..", "io.riacho.core..", "java..", "org.jspecify..")
                .check(RIACHO);
    }

    @Test
    void onlyTheLakeSpeaksToDuckDb() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.riacho.lake..", "io.riacho.benchmarks..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.duckdb..")
                .check(RIACHO);
    }

    /// A fifth protocol is held by the same line. `topics` is what MQTT's topics mean, whether our door or
    /// another broker carries them.
    @Test
    void protocolsDoNotKnowEachOther() {
        slices().matching("io.riacho.doors.(*)..")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(
                        resideInAPackage("io.riacho.doors.."),
                        resideInAPackage("io.riacho.doors.topics.."))
                .check(RIACHO);
    }
}

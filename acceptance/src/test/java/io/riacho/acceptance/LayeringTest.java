package io.riacho.acceptance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The layers of the packages: each rule of who may know whom, stated once.
class LayeringTest {

    static final JavaClasses RIACHO =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.riacho");

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
    void diskJournalAndLakeDoNotKnowReadingsNorEachOther() {
        classes()
                .that()
                .resideInAPackage("io.riacho.disk..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.riacho.disk..", "java..", "org.jspecify..")
                .check(RIACHO);
        noClasses()
                .that()
                .resideInAPackage("io.riacho.journal..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.riacho.core..", "io.riacho.lake..", "io.riacho.server..", "io.netty..")
                .check(RIACHO);
        noClasses()
                .that()
                .resideInAPackage("io.riacho.lake..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.riacho.core..", "io.riacho.journal..", "io.riacho.server..")
                .check(RIACHO);
    }

    @Test
    void doorsKnowTheIntakeAndNotThePathBehindIt() {
        noClasses()
                .that()
                .resideInAnyPackage("io.riacho.server.ingest..", "io.riacho.server.intake..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.riacho.server.path..", "io.riacho.journal..")
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

    @Test
    void theServerDoesNotKnowTheCommandLine() {
        noClasses()
                .that()
                .resideInAPackage("io.riacho.server..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.riacho.cli..")
                .check(RIACHO);
    }

    @Test
    void protocolsDoNotKnowEachOther() {
        slices().matching("io.riacho.server.ingest.(grpc|tcp|http|mqtt)..")
                .should()
                .notDependOnEachOther()
                .check(RIACHO);
    }
}

package io.riacho.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.http.Route;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageFilesTest {

    private static final Path SOURCES = Path.of("src/main/resources/dashboard/web");

    @TempDir private Path directory;

    @Test
    void everyFileOfThePageHasItsRoute() throws Exception {
        List<String> expected;
        try (Stream<Path> all = Files.walk(SOURCES)) {
            expected =
                    all.filter(Files::isRegularFile)
                            .map(file -> SOURCES.relativize(file).toString().replace('\\', '/'))
                            .map(path -> path.equals("index.html") ? "/" : "/web/" + path)
                            .toList();
        }
        assertThat(expected).hasSizeGreaterThan(3);
        // A build that is not clean may have more: files that there were before.
        assertThat(PageFiles.routes())
                .extracting(PageFilesTest::path)
                .doesNotHaveDuplicates()
                .contains("/", "/openapi.json")
                .containsAll(expected);
    }

    @Test
    void aJarHasTheSameFilesAsTheDirectoryItWasMadeOf() throws Exception {
        SortedMap<String, byte[]> files = PageFiles.files();
        Path jar = directory.resolve("page.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            put(out, "dashboard/", new byte[0]);
            put(out, "dashboard/openapi.json", new byte[] {1});
            put(out, "dashboard/web/", new byte[0]);
            for (String path : files.keySet()) {
                put(out, "dashboard/web/" + path, files.get(path));
            }
            put(out, "dashboard/website.html", new byte[] {2});
        }
        URL page = URI.create("jar:" + jar.toUri() + "!/dashboard/web/index.html").toURL();
        SortedMap<String, byte[]> inJar = WebFolder.around(page);
        assertThat(inJar.keySet()).isEqualTo(files.keySet());
        assertThat(inJar)
                .allSatisfy(
                        (path, content) -> assertThat(content).as(path).isEqualTo(files.get(path)));
    }

    private static String path(Route route) {
        return "/" + String.join("/", route.segments());
    }

    private static void put(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new ZipEntry(name));
        out.write(content);
        out.closeEntry();
    }
}

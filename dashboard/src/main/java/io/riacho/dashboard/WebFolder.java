package io.riacho.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/// A folder of the class path with all that is in it, from a jar or from a directory of classes.
///
/// A jar's directory is in memory already, because the class loader has it open; so a folder of some
/// dozens of files is listed and read within a few milliseconds.
final class WebFolder {

    private WebFolder() {}

    /// Reads every file of the folder that a file is in.
    ///
    /// @param file where the class path has it
    /// @return the files' content by their path below the folder, with `/`
    static SortedMap<String, byte[]> around(URL file) throws IOException {
        URLConnection connection = file.openConnection();
        SortedMap<String, byte[]> files;
        if (connection instanceof JarURLConnection jar) {
            jar.setUseCaches(false);
            try (JarFile opened = jar.getJarFile()) {
                String entry = jar.getEntryName();
                files = inJar(opened, entry.substring(0, entry.lastIndexOf('/') + 1));
            }
        } else {
            files = inDirectory(Path.of(URI.create(file.toString())).resolveSibling(""));
        }
        return Collections.unmodifiableSortedMap(files);
    }

    private static SortedMap<String, byte[]> inJar(JarFile jar, String folder) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        for (JarEntry entry : Collections.list(jar.entries())) {
            if (entry.getName().startsWith(folder) && !entry.isDirectory()) {
                try (InputStream in = jar.getInputStream(entry)) {
                    files.put(entry.getName().substring(folder.length()), in.readAllBytes());
                }
            }
        }
        return files;
    }

    private static SortedMap<String, byte[]> inDirectory(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.walk(folder)) {
            paths = all.filter(Files::isRegularFile).toList();
        }
        SortedMap<String, byte[]> files = new TreeMap<>();
        for (Path path : paths) {
            files.put(
                    folder.relativize(path).toString().replace('\\', '/'),
                    Files.readAllBytes(path));
        }
        return files;
    }
}

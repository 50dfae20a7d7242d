package io.riacho.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// Reads YAML into a tree that knows its lines. One document; no aliases; no key twice.
final class YamlReader {

    private static final int DEPTH_MAX = 16;

    private final String name;
    private final YAMLParser parser;

    private YamlReader(String name, YAMLParser parser) {
        this.name = name;
        this.parser = parser;
    }

    /// @param name the file's, for errors
    /// @throws ConfigException when it is not YAML as described above
    static YamlNode.Mapping read(String name, String text) {
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            return new YamlReader(name, parser).document();
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw problem(name, line, "this is not valid YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("reading the configuration " + name, e);
        }
    }

    private YamlNode.Mapping document() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return new YamlNode.Mapping(new LinkedHashMap<>(), 1);
        }
        YamlNode root = node(first, 0);
        if (!(root instanceof YamlNode.Mapping mapping)) {
            throw problem(name, root.line(), "the file must hold keys, such as 'tcp:'");
        }
        if (parser.nextToken() != null) {
            throw problem(name, line(), "one document is enough; remove what follows '---'");
        }
        return mapping;
    }

    private YamlNode node(JsonToken token, int depth) throws IOException {
        int line = line();
        if (parser.isCurrentAlias()) {
            throw problem(name, line, "aliases (*name) are not supported; write the value out");
        }
        if (depth > DEPTH_MAX) {
            throw problem(name, line, "nested more than " + DEPTH_MAX + " deep");
        }
        return switch (token) {
            case START_OBJECT -> mapping(line, depth);
            case START_ARRAY -> sequence(line, depth);
            case VALUE_NULL -> new YamlNode.Empty(line);
            default -> new YamlNode.Scalar(parser.getText(), line);
        };
    }

    private YamlNode.Mapping mapping(int line, int depth) throws IOException {
        LinkedHashMap<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            int keyLine = line();
            String key = parser.currentName();
            YamlNode value = node(parser.nextToken(), depth + 1);
            YamlNode.Entry before = entries.putIfAbsent(key, new YamlNode.Entry(value, keyLine));
            if (before != null) {
                throw problem(
                        name,
                        keyLine,
                        "the key '" + key + "' was given before, in line " + before.line());
            }
        }
        return new YamlNode.Mapping(entries, line);
    }

    private YamlNode.Sequence sequence(int line, int depth) throws IOException {
        List<YamlNode> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken();
                token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            items.add(node(token, depth + 1));
        }
        return new YamlNode.Sequence(items, line);
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private static ConfigException problem(String name, int line, String what) {
        return new ConfigException(List.of(name + ":" + line + ": " + what));
    }
}

package io.riacho.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/// A real browser without a window: the system's Chromium, driven by its ChromeDriver.
///
/// It is given both by path, so that nothing is looked for or fetched.
final class Browser implements AutoCloseable {

    private static final Path PICTURES = Path.of("target", "pictures");

    /// Selenium warns of a browser newer than itself; what is used here is older than both.
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /// Which of the two programs this machine lacks; empty when there is a browser.
    static List<String> missing() {
        return Stream.of("chromium", "chromedriver")
                .filter(program -> find(program) == null)
                .toList();
    }

    static Browser start() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(String.valueOf(find("chromium")));
        options.addArguments(
                "--headless=new",
                // Chromium refuses its sandbox to root, and small containers give it little shared
                // memory.
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--lang=en-US");
        SELENIUM.setLevel(Level.SEVERE);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(
                                Path.of(String.valueOf(find("chromedriver"))).toFile())
                        .withSilent(true)
                        .build();
        return new Browser(new ChromeDriver(service, options));
    }

    private static @Nullable Path find(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /// A screen of so many pixels.
    void screen(int width, int height, boolean phone) {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", phone));
    }

    /// Whether the system prefers dark colours.
    void dark(boolean dark) {
        command(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of(
                                        "name",
                                        "prefers-color-scheme",
                                        "value",
                                        dark ? "dark" : "light"))));
    }

    /// The language that the reader prefers.
    void language(String language) {
        command(
                "Network.setUserAgentOverride",
                Map.of("userAgent", run("return navigator.userAgent"), "acceptLanguage", language));
    }

    private void command(String name, Map<String, Object> parameters) {
        driver.executeCdpCommand(name, parameters);
    }

    void open(URI page) {
        driver.get(page.toString());
    }

    /// The texts of all elements that the selector names, from one moment of the page.
    @SuppressWarnings("unchecked") // what the script returns
    List<String> texts(String selector) {
        return (List<String>)
                run(
                        "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)",
                        selector);
    }

    String text(String selector) {
        return String.join(" ", texts(selector));
    }

    WebElement element(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    /// Runs a script in the page.
    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /// What the browser complained of since this was last asked: errors of scripts, requests that
    /// failed, what the content security policy refused.
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        driver.manage()
                .logs()
                .get(LogType.BROWSER)
                .forEach(entry -> {
                    if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
                        complaints.add(entry.getMessage());
                    }
                });
        return complaints;
    }

    /// Keeps a picture of what is seen, for people to look at.
    void picture(String name) throws IOException {
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    }

    /// Nothing is wider than the screen, and every text can be told from what is behind it: a contrast
    /// of at least 4.5, or 3 where it is large
    /// ([WCAG 2.2, 1.4.3](https://www.w3.org/TR/WCAG22/#contrast-minimum)), and is at least 10 px high.
    void assertReadable() throws IOException {
        Object unreadable = run(script("readable.js"));
        assertThat((List<?>) unreadable).as("what cannot be read").isEmpty();
    }

    private static String script(String name) throws IOException {
        try (var in = Browser.class.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}

import ArgumentParser
import Foundation

/// `--data`, which all commands about a region have.
struct DataOption: ParsableArguments {
    @Option(help: "The region's directory (ROOST_DATA; default ~/.roost).")
    var data: String?

    /// The directory, absolute.
    var directory: String {
        var path = data ?? Environment.roost("DATA") ?? "~/.roost"
        // As a shell reads it: HOME comes before the user's entry in the password file.
        if path.hasPrefix("~/"), let home = Environment.value("HOME") { path = home + path.dropFirst() }
        return URL(fileURLWithPath: NSString(string: path).expandingTildeInPath).standardizedFileURL.path
    }
}

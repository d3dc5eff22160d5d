import ArgumentParser
import Foundation

/// `--data`, which all commands about a region have.
struct DataOption: ParsableArguments {
    @Option(help: "The region's directory (ROOST_DATA; default ~/.roost).")
    var data: String?

    /// The directory, absolute.
    var directory: String {
        let path = data ?? Environment.roost("DATA") ?? "~/.roost"
        return URL(fileURLWithPath: NSString(string: path).expandingTildeInPath).standardizedFileURL.path
    }
}

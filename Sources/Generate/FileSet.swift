import Foundation

/// The generated files of one namespace in a folder. Files that are no longer generated are removed.
struct FileSet {
    let folder: String
    /// The namespace, with which all names begin.
    let prefix: String
    private var files: [String: String] = [:]

    init(folder: String, prefix: String) {
        self.folder = folder
        self.prefix = prefix
    }

    /// Adds a file named after the prefix; nothing when there is no text.
    mutating func add(_ suffix: String, _ text: String?) {
        files["\(prefix)\(suffix).swift"] = text
    }

    /// Writes what changed, and removes what is stale.
    func write() throws {
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in try manager.contentsOfDirectory(atPath: folder) where isOurs(name) && files[name] == nil {
            try manager.removeItem(atPath: "\(folder)/\(name)")
        }
        for (name, text) in files { try FileSet.write("\(folder)/\(name)", text) }
    }

    /// Writes a file unless it has the text already, so that builds stay incremental.
    static func write(_ path: String, _ text: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if FileManager.default.contents(atPath: path) == Data(text.utf8) { return }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        print("wrote \(path)")
    }

    private func isOurs(_ name: String) -> Bool {
        name == "\(prefix).swift" || (name.hasPrefix("\(prefix)+") && name.hasSuffix(".swift"))
    }
}

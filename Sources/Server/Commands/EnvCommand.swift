import AWSWire
import ArgumentParser

/// `roost env`: the environment in which AWS clients find the region.
struct EnvCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Print the environment in which AWS clients find the region.")

    @OptionGroup var data: DataOption

    @Option(help: "shell or json.")
    var format = "shell"

    func validate() throws {
        guard ["shell", "json"].contains(format) else { throw ValidationError("--format is shell or json.") }
    }

    func run() throws {
        let directory = DataDirectory(path: data.directory)
        let (endpoint, region) = try directory.announced()
        let credential = try directory.keptCredential()
        let variables = [
            ("AWS_ENDPOINT_URL", endpoint), ("AWS_ACCESS_KEY_ID", credential.accessKeyID),
            ("AWS_SECRET_ACCESS_KEY", credential.secretAccessKey), ("AWS_REGION", region),
            ("AWS_DEFAULT_REGION", region),
        ]
        if format == "json" {
            var object = JSONValue.object([])
            for (name, value) in variables { object[name] = .string(value) }
            Terminal.show(String(decoding: object.encode(), as: UTF8.self))
        } else {
            for (name, value) in variables { Terminal.show("export \(name)='\(EnvCommand.quoted(value))'") }
        }
    }

    /// For single quotes.
    private static func quoted(_ text: String) -> String {
        text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    }
}

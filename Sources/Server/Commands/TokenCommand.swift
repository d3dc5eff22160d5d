import AWSWire
import ArgumentParser
import State

/// `roost token`: lets another machine join.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Print a token with which another machine's agent joins a cluster.",
        discussion:
            "Give it to `roost agent --server URL --cluster CLUSTER --token TOKEN`. Amazon's own agent takes the "
            + "same as environment variables: --format shell.")

    @OptionGroup var data: DataOption

    @Option(help: "The cluster that may be joined (ROOST_CLUSTER; default: default).")
    var cluster: String?

    @Option(help: "How many days the token is good for.")
    var days = 365

    @Option(help: "token, or shell for the variables that Amazon's agent reads.")
    var format = "token"

    func validate() throws {
        guard (1...3_650).contains(days) else { throw ValidationError("--days takes a number from 1 to 3650.") }
        guard ["token", "shell"].contains(format) else { throw ValidationError("--format is token or shell.") }
    }

    func run() throws {
        let directory = DataDirectory(path: data.directory)
        let (endpoint, region) = try directory.announced()
        let realm = Realm(account: try directory.announcedAccount(), region: region)
        let vault = Vault(key: try VaultKey.load(from: directory.path))
        let cluster = cluster ?? Environment.roost("CLUSTER") ?? "default"
        var random = SystemEntropy.seeded()
        let token = JoinToken.make(
            cluster: cluster, realm, vault, expiresAt: WallClock.now.advanced(by: .seconds(Int64(days) * 86_400)),
            &random)
        guard format == "shell" else { return Terminal.show(token.text) }
        let variables = [
            ("ECS_BACKEND_HOST", endpoint), ("ECS_CLUSTER", cluster), ("AWS_DEFAULT_REGION", region),
            ("AWS_ACCESS_KEY_ID", token.credential.accessKeyID),
            ("AWS_SECRET_ACCESS_KEY", token.credential.secretAccessKey),
            ("AWS_SESSION_TOKEN", token.credential.sessionToken ?? ""),
        ]
        for (name, value) in variables { Terminal.show("export \(name)='\(value)'") }
    }
}

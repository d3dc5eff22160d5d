import APIPipeline
import AWSModels
import AWSWire
import State

/// A password for somebody to use; nothing is kept of it.
/// Source: Secrets Manager API Reference, GetRandomPassword.
struct GetRandomPassword: ReadOperation {
    static let model = SecretsManager.Operations.getRandomPassword

    private static let lowercase = "abcdefghijklmnopqrstuvwxyz"
    private static let uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    private static let numbers = "0123456789"
    private static let punctuation = ##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##
    private static let usualLength = 32

    func access(
        _ input: SecretsManager.GetRandomPasswordRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("secretsmanager:GetRandomPassword", "*")]
    }

    func read(
        _ input: SecretsManager.GetRandomPasswordRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SecretsManager.GetRandomPasswordResponse {
        var random = try call.services.get(SecretRandom.self)
        let excluded = Set(input.excludeCharacters ?? "")
        let types = GetRandomPassword.types(input).map { $0.filter { !excluded.contains($0) } }.filter { !$0.isEmpty }
        var letters = types.flatMap { $0 }
        if input.includeSpace ?? false, !excluded.contains(" ") { letters.append(" ") }
        guard !letters.isEmpty else {
            throw .invalidParameter("All characters are excluded: there are none to make a password of.")
        }
        let length = input.passwordLength.map { Int($0) } ?? GetRandomPassword.usualLength
        let required = input.requireEachIncludedType ?? true ? types : []
        guard required.count <= length else {
            throw .invalidParameter(
                "A password of \(length) characters cannot have one of each of \(required.count) required types.")
        }
        var password = required.compactMap { $0.randomElement(using: &random) }
        while password.count < length { password.append(letters[Int.random(in: 0..<letters.count, using: &random)]) }
        password.shuffle(using: &random)
        return SecretsManager.GetRandomPasswordResponse(randomPassword: String(password))
    }

    private static func types(_ input: SecretsManager.GetRandomPasswordRequest) -> [String] {
        var types: [String] = []
        if !(input.excludeLowercase ?? false) { types.append(lowercase) }
        if !(input.excludeUppercase ?? false) { types.append(uppercase) }
        if !(input.excludeNumbers ?? false) { types.append(numbers) }
        if !(input.excludePunctuation ?? false) { types.append(punctuation) }
        return types
    }
}

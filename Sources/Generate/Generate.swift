import AWSWire
import Foundation

/// Writes the code and pages that are computed: shapes from service models, lists from folders, the coverage page.
///
/// Run it by `make generate`, in the root of the package:
///
///     Generate --models FOLDER    everything; FOLDER holds botocore's service models as API.json
///     Generate --registries       only what is computed from our own folders
///
/// Models/README.md describes the inputs.
@main
struct Generate {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.dropFirst().first) {
        case ("--models", let folder?): try run(models: folder)
        case ("--registries", nil): try writeRegistries(try Configuration.load())
        default: throw GenerateError("Usage: Generate --models FOLDER | --registries")
        }
    }

    private static func run(models folder: String) throws {
        let configuration = try Configuration.load()
        var errorNames: [String: ErrorNames] = [:]
        var coverage: [CoverageSection] = []
        let tests = try TestInventory()
        for output in configuration.outputs {
            guard let document = try configuration.document(output, botocore: folder) else { continue }
            let model = try ServiceModel(document, output, operations: configuration.operations[output.model])
            var files = FileSet(folder: output.folder, prefix: output.namespace)
            try emit(model, &files, &errorNames[output.module, default: ErrorNames()])
            try files.write()
            if let registry = output.registry {
                coverage.append(try CoverageSection(model, folder: registry, tests))
            }
        }
        try writeRegistries(configuration)
        try FileSet.write("docs/coverage.md", coveragePage(coverage))
    }

    private static func emit(_ model: ServiceModel, _ files: inout FileSet, _ errorNames: inout ErrorNames) throws {
        files.add("", try APIEmitter(model: model).text())
        for (letter, shapes) in model.structuresByLetter {
            files.add("+Structures\(letter)", try StructureEmitter(model: model).text(shapes))
        }
        files.add("+Enumerations", EnumerationEmitter(model: model).text)
        files.add("+Collections", try CollectionEmitter(model: model).text)
        files.add("+Scalars", ScalarEmitter(model: model).text)
        files.add("+Errors", ErrorEmitter(model: model).text(&errorNames))
    }

    private static func writeRegistries(_ configuration: Configuration) throws {
        try FileSet.write("Sources/State/Records.generated.swift", RecordRegistry().text)
        for output in configuration.outputs {
            guard let folder = output.registry else { continue }
            let operations = try Registry.operations(in: folder)
            let file = (folder as NSString).deletingLastPathComponent + "/Operations.generated.swift"
            try FileSet.write(file, Registry.text(output.namespace, operations))
        }
    }
}

/// What went wrong, for the person who runs the generator.
struct GenerateError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

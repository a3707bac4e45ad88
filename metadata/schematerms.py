"""What schema.org and LRMI call what ScoLOMFR, DCMI and Balise name otherwise."""

from __future__ import annotations

from .vocabulary import CONCEPT

DCTERMS = "http://purl.org/dc/terms/"
DCMI_TYPE = "http://purl.org/dc/dcmitype/"
LRMI_ROLE = "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/"

#: The schema.org type that goes with LearningResource: the first that applies.
TYPES = {
    CONCEPT + "questionnaire": "Quiz",
    CONCEPT + "self_assessment": "Quiz",
    CONCEPT + "exam": "Quiz",
    CONCEPT + "scolomfr-voc-010-num-007": "Quiz",  # évaluation
    CONCEPT + "scolomfr-voc-010-num-013": "Game",  # jeu éducatif
    CONCEPT + "scolomfr-voc-010-num-014": "Book",  # manuel d'enseignement
    CONCEPT + "scolomfr-voc-010-num-012": "Guide",
    CONCEPT + "scolomfr-voc-010-num-022": "HowTo",  # tutoriel
    CONCEPT + "simulation": "WebApplication",
    CONCEPT + "scolomfr-voc-008-num-03": "Course",
    CONCEPT + "scolomfr-voc-008-num-04": "Course",  # module
    DCMI_TYPE + "MovingImage": "VideoObject",
    DCMI_TYPE + "Sound": "AudioObject",
    DCMI_TYPE + "StillImage": "ImageObject",
    DCMI_TYPE + "Image": "ImageObject",
    DCMI_TYPE + "Software": "SoftwareApplication",
    DCMI_TYPE + "Dataset": "Dataset",
    DCMI_TYPE + "Collection": "Collection",
    DCMI_TYPE + "Text": "TextDigitalDocument",
}

ROLES = {
    CONCEPT + "author": "creator",
    CONCEPT + "publisher": "publisher",
    CONCEPT + "scolomfr-voc-003-num-017": "provider",  # diffuseur / distributeur
    CONCEPT + "scolomfr-voc-003-num-026": "provider",  # distributeur technique
    CONCEPT + "scolomfr-voc-003-num-027": "provider",  # diffuseur
}

#: voc-011 and voc-021 in LRMI's roles.
AUDIENCES = {
    CONCEPT + "learner": "student",
    CONCEPT + "teacher": "teacher",
    CONCEPT + "author_2": "professional",
    CONCEPT + "manager": "administrator",
    CONCEPT + "scolomfr-voc-021-num-0007": "student",  # élève
    CONCEPT + "scolomfr-voc-021-num-0012": "student",  # étudiant
    CONCEPT + "scolomfr-voc-021-num-0009": "teacher",  # enseignant des disciplines
    CONCEPT + "scolomfr-voc-021-num-0023": "teacher",  # professeur des écoles
    CONCEPT + "scolomfr-voc-021-num-0013": "parent",
}

RELATIONS = {
    DCTERMS + "isPartOf": "isPartOf",
    DCTERMS + "hasPart": "hasPart",
    DCTERMS + "source": "isBasedOn",
    DCTERMS + "isVersionOf": "exampleOfWork",
    DCTERMS + "hasVersion": "workExample",
    CONCEPT + "scolomfr-voc-009-num-016": "translationOfWork",
    CONCEPT + "scolomfr-voc-009-num-017": "workTranslation",
}
THUMBNAIL = CONCEPT + "scolomfr-voc-009-num-021"

FREE = {CONCEPT + "no": True, CONCEPT + "yes": False}
PARTLY_FREE = CONCEPT + "scolomfr-voc-026-num-007"

ACCESS = {
    "libre": "Accès libre, sans compte",
    "compte-gratuit": "Compte gratuit nécessaire",
    "abonnement": "Abonnement nécessaire",
    "gar": "Accès par le gestionnaire d’accès aux ressources (GAR)",
}
#: Terms of accessibilityControl, which records keep beside those of accessibilityFeature.
CONTROLS = {
    f"full{means}Control" for means in ("Keyboard", "Mouse", "Switch", "Touch", "Video", "Voice")
}
